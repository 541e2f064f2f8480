// Command client does one thing in a pod and leaves its result in the message of the container's end; or it
// stands in for a server that has no image here.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
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
	case "count":
		return count(arguments[0], arguments[1])
	case "serve":
		return "", serve(strings.Split(arguments[0], ","))
	case "receive":
		return "", receive(arguments[0])
	case "-c": // in place of a shell, whose script has no programs here
		output, err := os.ReadFile("/usr/share/output")
		os.Stdout.Write(output)
		return "", err
	}
	return "", fmt.Errorf("get, write, read, count, serve, receive or -c, not %s", what)
}

// count prints lines with the numbers from one to the last, with a pause between them.
func count(last, pause string) (string, error) {
	end, err := strconv.Atoi(last)
	if err != nil {
		return "", err
	}
	between, err := time.ParseDuration(pause)
	if err != nil {
		return "", err
	}
	for number := 1; number <= end; number++ {
		fmt.Println("line", number)
		time.Sleep(between)
	}
	return "printed " + last, nil
}

// serve answers everything on all ports with the metrics of a file; without one with nothing, which is what an
// exporter without metrics does.
func serve(ports []string) error {
	metrics, _ := os.ReadFile("/usr/share/metrics")
	answer := func(out http.ResponseWriter, _ *http.Request) { out.Write(metrics) } //nolint:errcheck // of a probe
	ended := make(chan error, len(ports))
	for _, port := range ports {
		go func() { ended <- http.ListenAndServe(":"+port, http.HandlerFunc(answer)) }()
	}
	return <-ended
}

// receive prints the body of every request to a port, in a line each.
func receive(port string) error {
	return http.ListenAndServe(":"+port, http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		fmt.Println(strings.ReplaceAll(string(body), "\n", " "))
	}))
}
