// Command vllm answers as a vLLM server does, without a model: its arguments, API, metrics and shutdown.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	flagsFile = "/vllm-flags.json"
	keepAlive = 5 * time.Second // VLLM_HTTP_TIMEOUT_KEEP_ALIVE
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "serve" {
		fail(errors.New("the one command is: serve"))
	}
	options, err := parse(flagsFile, os.Args[2:])
	if err != nil {
		fail(err)
	}
	if err := run(options); err != nil {
		log.Fatal(err)
	}
}

// fail ends as vLLM's parser does.
func fail(err error) {
	fmt.Fprintf(os.Stderr, "vllm serve: error: %v\n", err)
	os.Exit(2)
}

func run(options *options) error {
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	speed := speedOf()
	log.Printf("loading %s", options.model)
	if filepath.IsAbs(options.model) {
		if err := read(options.model); err != nil {
			return err
		}
	}
	select {
	case <-time.After(speed.load): // no port is open before the model is loaded
	case <-ended.Done():
		return nil
	}
	engine := newEngine(options, speed)
	server := &http.Server{Handler: engine.routes(), IdleTimeout: keepAlive}
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(options.port))
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	log.Printf("serving %v on port %d", options.names, options.port)
	select {
	case err := <-failed:
		return err
	case <-ended.Done():
	}
	log.Printf("ending: requests that run get %s", options.shutdown)
	ctx, cancel := context.WithTimeout(context.Background(), options.shutdown)
	defer cancel()
	return server.Shutdown(ctx)
}

// read ends as vLLM does where a folder has no model; of others nothing is downloaded here.
func read(folder string) error {
	content, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err == nil {
		log.Printf("read %d bytes of config.json in %s", len(content), folder)
	}
	return err
}
