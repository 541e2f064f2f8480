// envoy-gateway-charts <folder>: writes the Helm charts of Envoy Gateway into a folder.
//
// The module has their values as a template, and versions that its release fills in (tools/make/helm.mk).
package main

import (
	"embed"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed all:gateway-helm all:gateway-crds-helm
var charts embed.FS

// Set by the linker: the version of the module.
var release string

var versions = regexp.MustCompile(`(?m)^(version|appVersion): .*$`)

func main() {
	folder := os.Args[1]
	if err := os.CopyFS(folder, charts); err != nil {
		log.Fatal(err)
	}
	for _, chart := range []string{"gateway-helm", "gateway-crds-helm"} {
		if err := stamp(filepath.Join(folder, chart)); err != nil {
			log.Fatal(err)
		}
	}
}

func stamp(chart string) error {
	about, err := os.ReadFile(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		return err
	}
	about = versions.ReplaceAll(about, []byte("${1}: "+release))
	if err := os.WriteFile(filepath.Join(chart, "Chart.yaml"), about, 0o644); err != nil {
		return err
	}
	values, err := os.ReadFile(filepath.Join(chart, "values.tmpl.yaml"))
	if err != nil {
		return err
	}
	filled := strings.NewReplacer(
		"${GatewayImage}", "docker.io/envoyproxy/gateway:"+release,
		"${GatewayImagePullPolicy}", "IfNotPresent",
	).Replace(string(values))
	return os.WriteFile(filepath.Join(chart, "values.yaml"), []byte(filled), 0o644)
}
