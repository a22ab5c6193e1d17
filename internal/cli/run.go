package cli

import (
	"net"
	"net/http"
	"time"

	"accordo.dev/internal/api"
	"accordo.dev/internal/db"
	"accordo.dev/internal/decision"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
	"accordo.dev/internal/risk"
	"accordo.dev/internal/web"
)

// RunCmd serves the pages and the API.
type RunCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8080" env:"ACCORDO_LISTEN"`
	Origin string `help:"Address under which people reach the site (https://accordo.example.org); http on the listening address otherwise." env:"ACCORDO_ORIGIN"`
	Demo   bool   `help:"Create the demonstration organisation when the database is empty."`
}

// Run serves until it is stopped.
func (c *RunCmd) Run(env *Env) error {
	if c.Demo {
		if err := env.makeDemo(c.Listen); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(env.Context, "tcp", c.Listen)
	if err != nil {
		return err
	}
	origin := c.Origin
	if origin == "" {
		origin = "http://" + listener.Addr().String()
	}
	server := &http.Server{
		Handler: env.site(origin), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ReadTimeout: 10 * time.Minute, WriteTimeout: 15 * time.Minute, // the largest upload on a slow line, and its import
	}
	env.Say("cli.run.ready", "address", origin)
	greet := func() error { return env.setupLink(origin) }
	if c.Demo {
		greet = env.printDemoPeople
	}
	if err := greet(); err != nil {
		return err
	}
	go env.watch()
	return web.Serve(env.Context, server, func() error { return server.Serve(listener) })
}

// watch looks every hour, until the server stops, at what the clock does without anybody acting: to decisions, and to the
// appetite. What it does is in the record; a round that finds nothing to do leaves no trace.
func (e *Env) watch() {
	for tick := time.NewTicker(time.Hour); ; {
		for _, err := range []error{watchOnce(e, decision.OpWatch), watchOnce(e, risk.OpWatch)} {
			if err != nil && e.Context.Err() == nil {
				e.Log.Error("watch", "error", err)
			}
		}
		select {
		case <-e.Context.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

func watchOnce[Out interface{ Idle() bool }](e *Env, command op.Command[struct{}, Out]) error {
	would, err := op.DryRun(e.Context, e.Run, db.System("watch"), command, struct{}{})
	if err != nil || would.Idle() {
		return err
	}
	_, err = op.Do(e.Context, e.Run, db.System("watch"), command, struct{}{})
	return err
}

// site wires pages and API.
func (e *Env) site(origin string) http.Handler {
	pages := web.New(web.Config{
		DB: e.DB, Run: e.Run, Key: e.Key, Data: e.Data, Sessions: identity.NewSessions(e.DB), Log: e.Log,
		Secure: len(origin) > 8 && origin[:8] == "https://", Origin: origin,
	})
	return pages.Handler(api.Handler(api.Config{Run: e.Run, Key: e.Key, Desk: e.desk(), Evidence: e.store(), Who: e.caller, Log: e.Log, Version: e.Version}))
}

// caller is who calls the API: the bearer of a token.
func (e *Env) caller(r *http.Request) (db.Actor, error) {
	return identity.Authenticate(r.Context(), e.DB, r)
}
