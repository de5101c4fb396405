package schemas_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed391906a2/iss/schemas"
)

func TestFaultError(t *testing.T) {
	tests := []struct {
		name  string
		fault schemas.Fault
		want  string
	}{
		{"all", schemas.Fault{File: "a.json", Line: 2, Col: 3, Pointer: "/b", Message: "m"}, "a.json:2:3 /b: m"},
		{"whole document", schemas.Fault{File: "a.json", Line: 1, Col: 1, Message: "m"}, "a.json:1:1: m"},
		{"no position", schemas.Fault{File: "--set 2", Pointer: "/b", Message: "m"}, "--set 2 /b: m"},
		{"no file", schemas.Fault{Line: 2, Col: 3, Pointer: "/b", Message: "m"}, "2:3 /b: m"},
		{"message alone", schemas.Fault{Message: "m"}, "m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.EqualError(t, tt.fault, tt.want) })
	}
}

func TestFaultsErr(t *testing.T) {
	require.NoError(t, schemas.Faults(nil).Err())
	require.NoError(t, schemas.Faults{}.Err())

	a := schemas.Fault{File: "a", Line: 1, Col: 9, Message: "first"}
	b := schemas.Fault{File: "a", Line: 2, Col: 1, Message: "second"}
	c := schemas.Fault{File: "b", Line: 1, Col: 1, Message: "third"}
	given := schemas.Faults{c, b, a, b}
	err := given.Err()
	require.EqualError(t, err, "a:1:9: first\na:2:1: second\nb:1:1: third")
	assert.Equal(t, c, given[0], "the receiver keeps its order")

	var fault schemas.Fault
	require.True(t, errors.As(fmt.Errorf("config: %w", err), &fault))
	assert.Equal(t, a, fault)
	var all schemas.Faults
	require.True(t, errors.As(fmt.Errorf("config: %w", err), &all))
	assert.Len(t, all, 3)
}

func TestFaultsErrorIsBounded(t *testing.T) {
	var faults schemas.Faults
	for i := range 60 {
		faults = append(faults, schemas.Fault{File: "a", Line: i + 1, Col: 1, Message: "m"})
	}
	lines := strings.Split(faults.Err().Error(), "\n")
	require.Len(t, lines, 51)
	assert.Equal(t, "… and 10 more", lines[50])
}
