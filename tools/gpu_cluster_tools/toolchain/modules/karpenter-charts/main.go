// karpenter-charts <folder>: writes the Helm charts of Karpenter into a folder.
//
// A tag of the module has the charts with the number of the release before it: its release writes the new
// number into Chart.yaml and commits that afterwards (hack/release/common.sh and stable-pr.sh of the module).
package main

import (
	"embed"
	"log"
	"os"
	"path/filepath"
	"regexp"
)

//go:embed all:karpenter all:karpenter-crd
var charts embed.FS

// Set by the linker: the version of the module.
var release string

var versions = regexp.MustCompile(`(?m)^(version|appVersion): .*$`)

func main() {
	folder := os.Args[1]
	if err := os.CopyFS(folder, charts); err != nil {
		log.Fatal(err)
	}
	for _, chart := range []string{"karpenter", "karpenter-crd"} {
		if err := stamp(filepath.Join(folder, chart, "Chart.yaml")); err != nil {
			log.Fatal(err)
		}
	}
}

func stamp(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, versions.ReplaceAll(text, []byte("${1}: "+release)), 0o644)
}
