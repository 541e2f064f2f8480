// Command no-metrics answers every request at a port with an empty document: an exporter without metrics.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	empty := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(":"+os.Args[1], empty))
	os.Exit(1)
}
