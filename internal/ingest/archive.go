package ingest

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"accordo.dev/internal/problem"
)

// File is a file as somebody hands it over. A part came from an archive or a folder, among others that may be of no use.
type File struct {
	Name string
	Data []byte
	Part bool
}

// What an archive may cost: an archive of a few kilobytes can promise terabytes.
const (
	archiveMembers = 20_000
	archiveBytes   = 512 << 20 // of all members of all archives together
	archiveRatio   = 300       // unpacked to packed bytes, beyond the first megabyte of a member
	archiveDepth   = 2         // an archive may hold archives, which hold none
)

// Unpack puts the members of zip archives in the place of the archives. Workbooks are zip archives too and stay as they
// are. Names that lead out of the archive, two members of one name, encrypted members and bombs are refused; hidden files
// (".x", "__MACOSX") are left out.
func Unpack(files []File) ([]File, error) {
	u := unpacker{}
	for _, f := range files {
		if err := u.file(f, 0); err != nil {
			return nil, err
		}
	}
	return u.out, nil
}

type unpacker struct {
	out     []File
	members int
	size    int64
}

func (u *unpacker) file(f File, depth int) error {
	if !isZip(f.Data) || IsWorkbook(f.Data) {
		u.out = append(u.out, f)
		return nil
	}
	if depth >= archiveDepth {
		return archiveProblem(problem.TooLarge, f.Name, "ingest.error.archive.depth", "limit", archiveDepth)
	}
	z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return archiveProblem(problem.Invalid, f.Name, "ingest.error.archive.broken")
	}
	seen := map[string]bool{}
	for _, member := range z.File {
		name := strings.ReplaceAll(member.Name, `\`, "/")
		if !safeName(strings.TrimSuffix(name, "/")) {
			return archiveProblem(problem.Invalid, f.Name, "ingest.error.archive.name", "value", clip(member.Name))
		}
		if member.FileInfo().IsDir() || hidden(name) {
			continue
		}
		if seen[name] {
			return archiveProblem(problem.Invalid, f.Name, "ingest.error.archive.twice", "value", clip(name))
		}
		seen[name] = true
		data, err := u.member(f.Name, member)
		if err != nil {
			return err
		}
		if err := u.file(File{Name: f.Name + "/" + name, Data: data, Part: true}, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// member unpacks one member and trusts nothing that the archive says of its size.
func (u *unpacker) member(archive string, member *zip.File) ([]byte, error) {
	if u.members++; u.members > archiveMembers {
		return nil, archiveProblem(problem.TooLarge, archive, "ingest.error.archive.members", "limit", archiveMembers)
	}
	place := archive + "/" + clip(member.Name)
	if member.Flags&1 != 0 {
		return nil, archiveProblem(problem.Invalid, place, "ingest.error.archive.encrypted")
	}
	in, err := member.Open()
	if err != nil {
		return nil, archiveProblem(problem.Invalid, place, "ingest.error.archive.broken")
	}
	defer in.Close()
	left := archiveBytes - u.size
	most := min(left, 1<<20+archiveRatio*int64(member.CompressedSize64))
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if int64(len(data)) > most {
		if most == left {
			return nil, archiveProblem(problem.TooLarge, archive, "ingest.error.archive.bytes", "limit", archiveBytes>>20)
		}
		return nil, archiveProblem(problem.TooLarge, place, "ingest.error.archive.ratio", "limit", archiveRatio)
	}
	if err != nil {
		return nil, archiveProblem(problem.Invalid, place, "ingest.error.archive.broken")
	}
	u.size += int64(len(data))
	return data, nil
}

func archiveProblem(kind problem.Kind, file, key string, args ...any) error {
	return problem.New(kind, key, args...).At(problem.Source{File: file})
}

// isZip tells an archive by its first bytes.
func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// safeName tells whether a name of an archive stays inside it.
func safeName(name string) bool {
	return name != "" && name == path.Clean(name) && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") &&
		!strings.ContainsAny(name, ":\x00")
}

// hidden tells whether a file or one of its folders is not meant for people.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || part == "__MACOSX" {
			return true
		}
	}
	return false
}
