package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// demonstration builds the program and makes the demonstration organisation once, as `run --demo` does.
func demonstration(b *testing.B) (program, data string) {
	b.Helper()
	program, data = filepath.Join(b.TempDir(), "accordo"), b.TempDir()
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	start(b, program, data)()
	return program, data
}

// start runs the server until it answers, and gives what stops it.
func start(b *testing.B, program, data string) (stop func()) {
	b.Helper()
	address := freeAddress(b)
	server := exec.Command(program, "--data", data, "run", "--demo", "--listen", address)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	for range 6000 {
		answer, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			return func() {
				_ = server.Process.Signal(os.Interrupt)
				_ = server.Wait()
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = server.Process.Kill()
	b.Fatal("the server does not answer")
	return nil
}

func freeAddress(b *testing.B) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// From the start of the program to its first answer, with the demonstration organisation in place.
func BenchmarkReadyToServe(b *testing.B) {
	program, data := demonstration(b)
	for b.Loop() {
		stop := start(b, program, data)
		b.StopTimer()
		stop()
		b.StartTimer()
	}
}

// The whole command: open the database, compute all figures, render and prove both PDFs.
func BenchmarkReportOfTheDemonstration(b *testing.B) {
	program, data := demonstration(b)
	for b.Loop() {
		if out, err := exec.Command(program, "--data", data, "report", "freeze").CombinedOutput(); err != nil {
			b.Fatalf("freeze: %v\n%s", err, out)
		}
	}
}
