// kueue-charts <folder>: writes the Helm chart of Kueue into a folder.
package main

import (
	"embed"
	"log"
	"os"
)

//go:embed all:kueue
var charts embed.FS

func main() {
	if err := os.CopyFS(os.Args[1], charts); err != nil {
		log.Fatal(err)
	}
}
