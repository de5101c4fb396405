package scaffold

import "github.com/seed391906a2/iss/internal/atomicfile"

// Write makes a folder with files in it: all of them, or nothing. It is an error
// if there is something of that name already.
func Write(dir string, files Files) error {
	folder := atomicfile.Folder{}
	for name, text := range files {
		folder[name] = atomicfile.Text(text)
	}
	return atomicfile.WriteFolder(dir, folder)
}
