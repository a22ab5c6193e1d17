// Package archtest holds the rules of the architecture as tests: which package may import which, where
// a clock may be asked, that every sentence exists in both languages, that citations of law exist.
package archtest
