// karpenter-charts <folder>: writes the Helm charts of Karpenter into a folder.
package main

import (
	"embed"
	"log"
	"os"
)

//go:embed all:karpenter all:karpenter-crd
var charts embed.FS

func main() {
	if err := os.CopyFS(os.Args[1], charts); err != nil {
		log.Fatal(err)
	}
}
