// Package report makes the one report that CIO and CISO give to the board together.
//
// A report begins as a Snapshot: every figure as it was at one moment, as data and without a
// language (snapshot.go, take.go). Document turns it into one document per language; the same
// snapshot gives the same bytes (compose.go and the pages beside it). Freezing keeps the snapshot,
// enters its hash in the record and renders both PDFs, which carry the snapshot, the manifest of the
// evidence and the proof that the record knows them (report.go, manifest.go). Both officers then sign
// both PDFs (sign.go), and anybody verifies a copy without database and network (verify.go).
package report
