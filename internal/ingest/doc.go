// Package ingest reads the files of other tools. It is pure: bytes come in through a Source, typed
// records go out through a function of the caller, and nothing is stored here.
//
// Every reader keeps the same promises.
//
//   - A Source limits what a file may cost: bytes, nesting, records, size of one field.
//   - An error is a *problem.Error that names file, record (and line where the format has lines) and field,
//     and shows no more of the file than the first 80 characters of that field.
//   - A file that ends too early is an error. A reader that returns an error has told the caller nothing
//     that may be kept: the caller rolls back.
//   - What the file does not say stays unknown: a missing severity is not "low", a missing date is not today,
//     an empty cell is not zero.
//   - The same bytes give the same records, each with its place in the file (At).
//
// Start with records.go, the neutral types; then one file per outside format.
package ingest
