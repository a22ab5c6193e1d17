package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"accordo.dev/internal/db"
	"accordo.dev/internal/i18n"
	"accordo.dev/internal/op"
	"accordo.dev/internal/record"
	"accordo.dev/internal/record/browse"
)

// RecordCmd is the record of everything that changed.
type RecordCmd struct {
	List   RecordListCmd   `cmd:"" help:"Print the last entries."`
	Verify RecordVerifyCmd `cmd:"" help:"Recompute the tree of the record and compare it with the signed checkpoint."`
	Copy   RecordCopyCmd   `cmd:"" help:"Write a copy that anybody can verify offline."`
	Check  RecordCheckCmd  `cmd:"" help:"Verify a copy offline."`
	Prove  RecordProveCmd  `cmd:"" help:"Print the proof that an entry stands in the record."`
}

// RecordListCmd prints the last entries.
type RecordListCmd struct {
	Limit int    `help:"How many." default:"20"`
	Ref   string `help:"Only those that concern this item (kind:id)."`
}

// Run prints one line an entry.
func (c *RecordListCmd) Run(env *Env) error {
	page, err := op.Ask(env.Context, env.Run, env.Actor, browse.OpList, record.Filter{Page: db.Page{Limit: c.Limit}, Ref: c.Ref})
	for _, e := range page.Items {
		fmt.Fprintf(env.Out, "%d\t%s\t%s\t%s\t%v\n", e.Seq, i18n.DateTime(env.Lang, e.At), e.ActorName, e.Operation, e.Refs)
	}
	return err
}

// RecordVerifyCmd recomputes the tree from the database.
type RecordVerifyCmd struct{}

// Run verifies and says what was found.
func (c *RecordVerifyCmd) Run(env *Env) error {
	return env.DB.View(env.Context, env.Actor, func(r db.Reader) error {
		found, err := env.Key.VerifyDatabase(env.Context, r)
		if err != nil {
			return err
		}
		env.Say("cli.record.verified", "n", found.Size, "root", found.Root)
		return nil
	})
}

// RecordCopyCmd writes a copy of the record.
type RecordCopyCmd struct {
	File string `arg:"" help:"File to write." type:"path"`
}

// Run writes the copy.
func (c *RecordCopyCmd) Run(env *Env) error {
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = op.Ask(env.Context, env.Run, env.Actor, browse.OpCopy(env.Key, file), struct{}{})
	if err = errors.Join(err, file.Close()); err != nil {
		os.Remove(c.File) // half a copy is none
		return err
	}
	env.Say("cli.record.copied", "file", c.File, "key", env.Key.Public)
	return nil
}

// RecordCheckCmd verifies a copy; it needs no database.
type RecordCheckCmd struct {
	File string `arg:"" help:"Copy of a record." type:"existingfile"`
	Key  string `help:"Public key that must have signed it; the one in the copy otherwise."`
}

// RunOffline verifies the copy and says what was found.
func (c *RecordCheckCmd) RunOffline(env *Env) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := record.VerifyCopy(file, c.Key)
	if err != nil {
		return err
	}
	env.Say("cli.record.verified", "n", found.Size, "root", found.Root)
	if c.Key == "" {
		env.Say("cli.record.unpinned", "key", found.Public)
	}
	return nil
}

// RecordProveCmd prints an inclusion proof.
type RecordProveCmd struct {
	Seq int64 `arg:"" help:"Number of the entry."`
}

// Run prints the proof as JSON.
func (c *RecordProveCmd) Run(env *Env) error {
	proof, err := op.Ask(env.Context, env.Run, env.Actor, browse.OpProve(env.Key), browse.EntryIn{Seq: c.Seq})
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(proof)
}
