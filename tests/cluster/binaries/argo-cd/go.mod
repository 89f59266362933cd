// Only read: its CRDs are the schema of what is written for Argo CD.
module emqx-gitops.test/argo-cd

go 1.26.0

require github.com/argoproj/argo-cd/v3 v3.6.1
