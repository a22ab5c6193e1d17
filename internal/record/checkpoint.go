package record

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"accordo.dev/internal/db"
)

// Key signs checkpoints. It is made at the first start and lives in the data folder, readable by the
// owner only; its public half ("vkey") is what a verifier needs.
type Key struct {
	Signer note.Signer
	Public string // note verifier key, "name+hash+base64"
}

const keyFile = "record.key"

// LoadKey reads the checkpoint key from dir, making it when there is none.
func LoadKey(dir string) (Key, error) {
	path := filepath.Join(dir, keyFile)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		if err := makeKey(dir, path); err != nil {
			return Key{}, fmt.Errorf("record key: %w", err)
		}
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("record key: %w", err)
	}
	secret, public, ok := strings.Cut(strings.TrimSpace(string(data)), "\n")
	if !ok {
		return Key{}, fmt.Errorf("record key: %s is damaged", path)
	}
	return newKey(secret, public)
}

// makeKey puts a whole key file in its place, or leaves the one that somebody else put there meanwhile.
func makeKey(dir, path string) error {
	secret, public, err := note.GenerateKey(rand.Reader, "accordo-record")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, keyFile+".*") // readable by the owner only
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(secret + "\n" + public + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); !os.IsExist(err) {
		return err
	}
	return nil
}

func newKey(secret, public string) (Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, fmt.Errorf("record key: %w", err)
	}
	return Key{Signer: signer, Public: public}, nil
}

// Checkpoint is a signed statement "the log has this size and this root", as a signed note.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
	Note string // text and signature, as golang.org/x/mod/sumdb/note writes it
}

// Sign makes the checkpoint of the log as it is now.
func (k Key) Sign(ctx context.Context, r db.Reader) (Checkpoint, error) {
	size, err := Size(ctx, r)
	if err != nil {
		return Checkpoint{}, err
	}
	root, err := Root(ctx, r, size)
	if err != nil {
		return Checkpoint{}, err
	}
	text := fmt.Sprintf("accordo-record\n%d\n%s\n", size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, k.Signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	return Checkpoint{Size: size, Root: root, Note: string(signed)}, nil
}

// Attest signs a statement of its own kind, such as the hash of a file that is handed out. Its first line is never that of
// a checkpoint.
func (k Key) Attest(kind, statement string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: kind + "\n" + statement + "\n"}, k.Signer)
	if err != nil {
		return "", fmt.Errorf("attest %s: %w", kind, err)
	}
	return string(signed), nil
}

// Attested checks the signature of a statement and gives it.
func Attested(kind, signed, public string) (string, error) {
	text, err := opened(signed, public)
	if err != nil {
		return "", err
	}
	statement, ok := strings.CutPrefix(text, kind+"\n")
	if !ok {
		return "", fmt.Errorf("signature: not of %s", kind)
	}
	return strings.TrimSuffix(statement, "\n"), nil
}

// opened checks that a note has exactly one signature, by this key and as written, and gives its text.
func opened(signed, public string) (string, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return "", fmt.Errorf("checkpoint key: %w", err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	if len(opened.Sigs) != 1 || len(opened.UnverifiedSigs) > 0 || !canonical(opened.Sigs[0].Base64) {
		return "", fmt.Errorf("checkpoint: not exactly one signature, as written")
	}
	return opened.Text, nil
}

// OpenCheckpoint checks the signature of a checkpoint against a public key and reads it.
func OpenCheckpoint(text, public string) (Checkpoint, error) {
	opened, err := opened(text, public)
	if err != nil {
		return Checkpoint{}, err
	}
	lines := strings.Split(opened, "\n")
	if len(lines) < 4 || lines[0] != "accordo-record" {
		return Checkpoint{}, fmt.Errorf("checkpoint: not of an accordo record")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint size: %w", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("checkpoint root: not a hash")
	}
	return Checkpoint{Size: size, Root: tlog.Hash(root), Note: text}, nil
}

// canonical tells whether base64 text is the one way to write its bytes: the last character may hold
// bits that decoding ignores, and a changed bit must not pass.
func canonical(text string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil
}
