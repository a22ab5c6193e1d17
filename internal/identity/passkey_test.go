package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"accordo.dev/internal/db"
	"accordo.dev/internal/db/dbtest"
	"accordo.dev/internal/identity"
	"accordo.dev/internal/op"
)

const origin = "https://accordo.example.org"

// device is an authenticator with one key.
type device struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	user    []byte
	counter uint32
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func (d *device) clientData(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

// authenticatorData says: for this site, a person was present and verified.
func (d *device) authenticatorData(flags byte) []byte {
	site := sha256.Sum256([]byte("accordo.example.org"))
	d.counter++
	return binary.BigEndian.AppendUint32(append(site[:], flags|0x05), d.counter)
}

func (d *device) register(options any) []byte {
	creation := options.(*protocol.CredentialCreation).Response
	var err error
	if d.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		d.t.Fatal(err)
	}
	d.id = []byte("device-" + d.t.Name())
	d.user, err = base64.RawURLEncoding.DecodeString(creation.User.ID.(protocol.URLEncodedBase64).String())
	if err != nil {
		d.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(webauthncose.EC2PublicKeyData{
		PublicKeyData: webauthncose.PublicKeyData{KeyType: int64(webauthncose.EllipticKey), Algorithm: int64(webauthncose.AlgES256)},
		Curve:         int64(webauthncose.P256), XCoord: d.key.X.FillBytes(make([]byte, 32)), YCoord: d.key.Y.FillBytes(make([]byte, 32)),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	data := append(d.authenticatorData(0x40), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(append(data, d.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", creation.Challenge.String())), "attestationObject": b64(object),
	})
}

func (d *device) signIn(options any) []byte {
	challenge := options.(*protocol.CredentialAssertion).Response.Challenge.String()
	client, data := d.clientData("webauthn.get", challenge), d.authenticatorData(0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.user),
	})
}

func (d *device) answer(response map[string]any) []byte {
	data, err := json.Marshal(map[string]any{
		"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

func TestPasskeyRegistersSignsInAndIsRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ceremonies, err := identity.NewCeremonies(origin)
		if err != nil {
			t.Fatal(err)
		}
		dev := &device{t: t}
		carla := h.as("carla")
		var options any
		var state string
		err = d.View(ctx, carla, func(r db.Reader) (err error) {
			options, state, err = ceremonies.BeginRegister(ctx, r)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		answer := dev.register(options)
		refused(h, carla, identity.OpAddPasskey, identity.AddPasskeyInput{Ceremonies: ceremonies, Response: answer}, "identity.error.passkey-stale")
		refused(h, h.as("dario"), identity.OpAddPasskey, identity.AddPasskeyInput{Ceremonies: ceremonies, State: state, Response: answer}, "identity.error.passkey")
		key := do(h, carla, identity.OpAddPasskey, identity.AddPasskeyInput{Name: "phone", Ceremonies: ceremonies, State: state, Response: answer})

		options, state, err = ceremonies.BeginSignIn()
		if err != nil {
			t.Fatal(err)
		}
		answer = dev.signIn(options)
		used := do(h, db.System("sign-in"), identity.OpUsePasskey, identity.UsePasskeyInput{Ceremonies: ceremonies, State: state, Response: answer})
		if used.Person != "carla" || used.Epoch == 0 {
			t.Errorf("signed in: got %+v", used)
		}
		_, again, err := ceremonies.BeginSignIn()
		if err != nil {
			t.Fatal(err)
		}
		refused(h, db.System("sign-in"), identity.OpUsePasskey, identity.UsePasskeyInput{Ceremonies: ceremonies, State: again, Response: answer}, "identity.error.passkey")

		refused(h, carla, identity.OpRemovePasskey, identity.RemovePasskeyInput{ID: key.ID}, "identity.error.last-way-in")
		do(h, db.System("x"), identity.OpSetPassword, identity.SetPasswordInput{Person: "carla", Password: password})
		refused(h, h.as("dario"), identity.OpRemovePasskey, identity.RemovePasskeyInput{ID: key.ID}, "identity.error.last-way-in")
		do(h, carla, identity.OpRemovePasskey, identity.RemovePasskeyInput{ID: key.ID})
		left, err := op.Ask(ctx, h.Runner, carla, identity.OpPasskeys, struct{}{})
		if err != nil || len(left) != 0 {
			t.Errorf("passkeys: got %v, %v, want none", left, err)
		}
	})
}
