package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// speed is set by the environment: MODEL_SERVER_LOAD_SECONDS, MODEL_SERVER_FIRST_TOKEN_SECONDS,
// MODEL_SERVER_TOKENS_PER_SECOND and MODEL_SERVER_TOKENS.
type speed struct {
	load, firstToken, perToken time.Duration
	tokens                     int
}

func speedOf() speed {
	return speed{
		load:       seconds("MODEL_SERVER_LOAD_SECONDS", 0.5),
		firstToken: seconds("MODEL_SERVER_FIRST_TOKEN_SECONDS", 0.02),
		perToken:   time.Duration(float64(time.Second) / number("MODEL_SERVER_TOKENS_PER_SECOND", 200)),
		tokens:     int(number("MODEL_SERVER_TOKENS", 24)),
	}
}

func seconds(name string, otherwise float64) time.Duration {
	return time.Duration(number(name, otherwise) * float64(time.Second))
}

func number(name string, otherwise float64) float64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value < 0 {
		fail(fmt.Errorf("%s=%q is no number", name, text))
	}
	return value
}
