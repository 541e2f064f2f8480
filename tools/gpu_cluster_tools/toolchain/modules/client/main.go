// Command client does one thing in a pod and leaves its result in the message of the container's end.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	result, err := do(os.Args[1], os.Args[2:])
	if err != nil {
		result = "error: " + err.Error()
	}
	os.WriteFile("/dev/termination-log", []byte(result), 0o644) //nolint:errcheck // the test sees that it is empty
	if err != nil {
		os.Exit(1)
	}
}

func do(what string, arguments []string) (string, error) {
	switch what {
	case "get":
		client := http.Client{Timeout: 5 * time.Second}
		response, err := client.Get(arguments[0])
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	case "write":
		return "written", os.WriteFile(arguments[0], []byte(arguments[1]), 0o600)
	case "read":
		content, err := os.ReadFile(arguments[0])
		return string(content), err
	}
	return "", fmt.Errorf("get, write or read, not %s", what)
}
