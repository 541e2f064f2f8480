package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// engine runs as many requests at once as vLLM would have sequences; the others wait.
type engine struct {
	options *options
	speed   speed
	started time.Time
	free    chan struct{}
	metrics *metrics
	number  atomic.Int64
}

func newEngine(options *options, speed speed) *engine {
	return &engine{
		options: options,
		speed:   speed,
		started: time.Now(),
		free:    make(chan struct{}, options.sequences),
		metrics: newMetrics(options.sequences, options.context),
	}
}

func (e *engine) routes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	routes.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { send(w, 200, map[string]string{"version": "simulated"}) })
	routes.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		e.metrics.write(w, e.options.names[0])
	})
	routes.HandleFunc("GET /v1/models", e.models)
	routes.HandleFunc("POST /v1/chat/completions", e.chat)
	return routes
}

func (e *engine) models(w http.ResponseWriter, _ *http.Request) {
	cards := []any{}
	for _, name := range e.options.names {
		cards = append(cards, map[string]any{
			"id": name, "object": "model", "created": e.started.Unix(), "owned_by": "vllm",
			"root": e.options.model, "parent": nil, "max_model_len": e.options.context,
		})
	}
	send(w, 200, map[string]any{"object": "list", "data": cards})
}

type chatRequest struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Stream              bool `json:"stream"`
	MaxTokens           int  `json:"max_tokens"`
	MaxCompletionTokens int  `json:"max_completion_tokens"`
	StreamOptions       struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

func (e *engine) chat(w http.ResponseWriter, r *http.Request) {
	var request chatRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, 400, "BadRequestError", err.Error())
		return
	}
	if request.Model != "" && !slices.Contains(e.options.names, request.Model) {
		refuse(w, 404, "NotFoundError", fmt.Sprintf("The model `%s` does not exist.", request.Model))
		return
	}
	if len(request.Messages) == 0 {
		refuse(w, 400, "BadRequestError", "messages is empty")
		return
	}
	said := request.Messages[len(request.Messages)-1].Content
	prompt := len(strings.Fields(said))
	words, reason := e.answer(said, max(request.MaxTokens, request.MaxCompletionTokens))
	if prompt > e.options.context {
		refuse(w, 400, "BadRequestError", fmt.Sprintf("This model's maximum context length is %d tokens.", e.options.context))
		return
	}
	arrived := time.Now()
	if !e.admit(r.Context(), arrived) {
		return
	}
	defer e.release()
	name := e.options.names[0]
	base := map[string]any{"id": fmt.Sprintf("chatcmpl-%d", e.number.Add(1)), "created": arrived.Unix(), "model": name}
	complete := e.generate(r.Context(), arrived, words, func(index int) {
		if request.Stream {
			if e.options.usage { // vLLM forces continuous usage with it
				base["usage"] = usage(prompt, index+1)
			}
			e.chunk(w, base, map[string]any{"index": 0, "delta": map[string]string{"content": words[index]}, "finish_reason": nil})
		}
	})
	if !complete {
		e.metrics.finished("abort", prompt, 0, arrived)
		return
	}
	e.metrics.finished(reason, prompt, len(words), arrived)
	if request.Stream {
		e.chunk(w, base, map[string]any{"index": 0, "delta": map[string]string{}, "finish_reason": reason})
		if e.options.usage || request.StreamOptions.IncludeUsage {
			base["usage"] = usage(prompt, len(words))
			e.chunk(w, base)
		}
		fmt.Fprint(w, "data: [DONE]\n\n")
		return
	}
	base["object"] = "chat.completion"
	base["choices"] = []any{map[string]any{
		"index": 0, "finish_reason": reason,
		"message": map[string]string{"role": "assistant", "content": strings.Join(words, "")},
	}}
	base["usage"] = usage(prompt, len(words))
	send(w, 200, base)
}

func usage(prompt, answer int) map[string]int {
	return map[string]int{"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
}

// answer repeats the question: there is no model here that could know more.
func (e *engine) answer(said string, limit int) ([]string, string) {
	spoken := fmt.Sprintf("This is %s without a model behind it. You said: %s", e.options.names[0], said)
	words := strings.SplitAfter(spoken, " ")
	if limit <= 0 {
		limit = e.speed.tokens
	}
	if len(words) > limit {
		return words[:limit], "length"
	}
	return words, "stop"
}

func (e *engine) admit(ctx context.Context, arrived time.Time) bool {
	e.metrics.change(0, 1)
	defer e.metrics.change(0, -1)
	select {
	case e.free <- struct{}{}:
		e.metrics.queued(arrived)
		e.metrics.change(1, 0)
		return true
	case <-ctx.Done():
		return false
	}
}

func (e *engine) release() {
	<-e.free
	e.metrics.change(-1, 0)
}

// generate takes the time that the tokens would take; whether the client waited for all of them.
func (e *engine) generate(ctx context.Context, arrived time.Time, words []string, each func(int)) bool {
	wait := e.speed.firstToken
	for index := range words {
		last := time.Now()
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
		if index == 0 {
			e.metrics.seen(e.metrics.first, arrived)
		} else {
			e.metrics.seen(e.metrics.between, last)
		}
		each(index)
		wait = e.speed.perToken
	}
	return true
}

func (e *engine) chunk(w http.ResponseWriter, base map[string]any, choices ...map[string]any) {
	event := map[string]any{"object": "chat.completion.chunk", "choices": append([]map[string]any{}, choices...)}
	for key, value := range base {
		event[key] = value
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	content, _ := json.Marshal(event)
	fmt.Fprintf(w, "data: %s\n\n", content)
	if flusher, can := w.(http.Flusher); can {
		flusher.Flush()
	}
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	send(w, status, map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": status}})
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the client went away
}
