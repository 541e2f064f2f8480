// Language hosts of Node.js and Go, for tests: the name of the executable selects the language.
//
// SDKs come from the generators of Pulumi's own package codegen. Programs are started the way their runtimes
// expect it. Pulumi's hosts also install dependencies and link SDKs; here the tests do that with npm and go.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	language, known := languages[strings.TrimPrefix(filepath.Base(os.Args[0]), "pulumi-language-")]
	if !known {
		log.Fatalf("%s: name it pulumi-language-nodejs or pulumi-language-go", os.Args[0])
	}
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	hangUp := make(chan bool)
	context.AfterFunc(interrupted, func() { close(hangUp) })
	host := &host{language: language}
	if len(os.Args) > 1 {
		host.engine = os.Args[len(os.Args)-1]
		if err := rpcutil.Healthcheck(interrupted, host.engine, time.Minute, stop); err != nil {
			log.Fatal(err)
		}
	}
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: hangUp,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Port)
	if err := <-server.Done; err != nil {
		log.Fatal(err)
	}
}
