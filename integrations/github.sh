#!/usr/bin/env bash
# Review a pull request in a GitHub workflow. action.yml sets the variables, and says what they mean.
set -euo pipefail

program=$REVIEW_PROGRAM
folder=$REVIEW_FOLDER
head=${REVIEW_HEAD:-HEAD}
base=${REVIEW_BASE:-${REVIEW_TARGET:-}}

if [[ -z $base ]]; then
  echo '::error title=emqx-gitops::no event of a pull request: set base-ref to what to compare with'
  exit 2
fi

# A checkout has the commits that it was asked for, often one, and branches of the origin by no name.
commit() { git rev-parse --quiet --verify "$1^{commit}" || git rev-parse --quiet --verify "origin/$1^{commit}"; }
for name in "$base" "$head"; do
  commit "$name" >/dev/null || git fetch --quiet --no-tags origin "$name:refs/emqx-gitops/${name//[^A-Za-z0-9]/-}"
done
at() { commit "$1" || git rev-parse --verify "refs/emqx-gitops/${1//[^A-Za-z0-9]/-}^{commit}"; }
base=$(at "$base")
head=$(at "$head")
if ! git merge-base "$base" "$head" >/dev/null && [[ $(git rev-parse --is-shallow-repository) == true ]]; then
  git fetch --quiet --no-tags --unshallow origin "$base" "$head"
fi

options=(--budget "$REVIEW_LIMIT")
[[ -z $REVIEW_TITLE ]] || options+=(--title "$REVIEW_TITLE")
for name in $REVIEW_ENVIRONMENTS; do options+=(--env "$name"); done
for name in $REVIEW_APPLY; do options+=(--apply "$name"); done

mkdir -p "$folder"
for report in markdown=review.md html=review.html json=review.json sarif=review.sarif; do
  options+=(--output "${report%%=*}=$folder/${report#*=}")
done
[[ -z $REVIEW_FAIL_ON ]] || options+=(--fail-on "$REVIEW_FAIL_ON")
shown=stat
[[ $REVIEW_ANNOTATIONS != true ]] || shown=github
status=0
"$program" diff "$base...$head" "${options[@]}" --format "$shown" || status=$?
((status < 2)) || exit "$status"

worst() { python3 -c 'import json, sys
outcomes = json.load(open(sys.argv[1], encoding="utf-8"))["summary"]["outcomes"]
print(next((name for name, objects in outcomes.items() if objects), ""))' "$1"; }
risk=$(worst "$folder/review.json")
changed=true
[[ -n $risk ]] || changed=false

# A value ends in a line that it cannot hold, or it could add outputs of its own.
output() {
  local end
  end=end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}
output changed "$changed"
output risk "$risk"
output report-path "$folder"

# A step's summary may have 1 MiB; the comment has less.
cat "$folder/review.md" >>"$GITHUB_STEP_SUMMARY"

if [[ $REVIEW_COMMENT == true ]]; then
  # Where nothing changes no comment is made, and one that says otherwise is corrected.
  new=()
  [[ $changed == true ]] || new=(--update-only)
  "$program" comment --forge github "${new[@]}" "$folder/review.md"
fi

if [[ -n $REVIEW_FAIL_ON ]] && ((status == 1)); then
  echo "::error title=emqx-gitops::this pull request does what must not happen: one of $REVIEW_FAIL_ON"
  exit 1
fi
