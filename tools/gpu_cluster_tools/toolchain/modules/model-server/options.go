package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the arguments that change what this server does; the others are checked only.
type options struct {
	model     string
	names     []string
	port      int
	sequences int
	context   int
	shutdown  time.Duration
	usage     bool
}

type flag struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Aliases []string `json:"aliases"`
	Negated bool     `json:"negated"`
	Number  string   `json:"number"`
	Choices []string `json:"choices"`
	Open    bool     `json:"open"`
}

// parse checks the arguments against those of vLLM's own parser, which the file lists.
func parse(file string, arguments []string) (*options, error) {
	known, err := readFlags(file)
	if err != nil {
		return nil, err
	}
	found := &options{port: 8000, sequences: 256, context: 8192}
	for index := 0; index < len(arguments); index++ {
		name, value, attached := strings.Cut(arguments[index], "=")
		if !strings.HasPrefix(name, "-") {
			if found.model != "" {
				return nil, fmt.Errorf("unrecognized arguments: %s", arguments[index])
			}
			found.model = arguments[index]
			continue
		}
		flag, exists := known[name]
		if !exists {
			return nil, fmt.Errorf("unrecognized arguments: %s", name)
		}
		values := []string{}
		if attached {
			values = append(values, value)
		} else if flag.Kind != "flag" {
			for index+1 < len(arguments) && !strings.HasPrefix(arguments[index+1], "-") && (flag.Kind == "values" || len(values) == 0) {
				index++
				values = append(values, arguments[index])
			}
		}
		if err := check(flag, values); err != nil {
			return nil, err
		}
		found.set(flag.Name, values)
	}
	if found.model == "" {
		return nil, fmt.Errorf("the following arguments are required: model_tag")
	}
	if len(found.names) == 0 {
		found.names = []string{found.model}
	}
	return found, nil
}

func readFlags(file string) (map[string]flag, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var listed struct {
		Flags []flag `json:"flags"`
	}
	if err := json.Unmarshal(content, &listed); err != nil {
		return nil, err
	}
	known := map[string]flag{}
	for _, each := range listed.Flags {
		for _, name := range append([]string{each.Name}, each.Aliases...) {
			known[name] = each
		}
		if each.Negated {
			known["--no-"+each.Name[2:]] = each
		}
	}
	return known, nil
}

func check(flag flag, values []string) error {
	switch {
	case flag.Kind == "flag" && len(values) > 0:
		return fmt.Errorf("argument %s: ignored explicit argument %q", flag.Name, values[0])
	case (flag.Kind == "value" || flag.Kind == "values") && len(values) == 0:
		return fmt.Errorf("argument %s: expected an argument", flag.Name)
	}
	for _, value := range values {
		if len(flag.Choices) > 0 && !flag.Open && !slices.Contains(flag.Choices, value) {
			return fmt.Errorf("argument %s: invalid choice: %q", flag.Name, value)
		}
		if _, err := strconv.ParseFloat(value, 64); flag.Number == "float" && err != nil {
			return fmt.Errorf("argument %s: invalid float value: %q", flag.Name, value)
		}
	}
	return nil
}

func (o *options) set(name string, values []string) {
	if name == "--enable-force-include-usage" {
		o.usage = true
	}
	if len(values) == 0 {
		return
	}
	number, _ := strconv.Atoi(values[0])
	switch name {
	case "--served-model-name":
		o.names = values
	case "--port":
		o.port = number
	case "--max-num-seqs":
		o.sequences = number
	case "--max-model-len":
		o.context = number
	case "--shutdown-timeout":
		o.shutdown = time.Duration(number) * time.Second
	}
}
