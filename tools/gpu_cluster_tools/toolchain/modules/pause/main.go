// Command pause holds the namespaces of a pod until it is told to end.
package main

import (
	"context"
	"os/signal"
	"syscall"
)

func main() {
	ended, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	<-ended.Done()
}
