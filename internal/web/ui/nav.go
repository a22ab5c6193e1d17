package ui

// area is one entry of the navigation.
type area struct {
	key  string // also the message: shell.nav.<key>
	href string
	icon string
}

// group is a part of the navigation under a heading; the first has none.
type group struct {
	key   string // message: shell.group.<key>
	areas []area
}

// navigation lists what exists in this version.
var navigation = []group{
	{"", []area{{"today", "/", "today"}}},
	{"know", []area{
		{"landscape", "/landscape", "map"},
		{"risks", "/risks", "risk"},
		{"indicators", "/indicators", "ind"},
	}},
	{"decide", []area{
		{"decisions", "/decisions", "dec"},
		{"fund", "/fund", "fund"},
		{"projects", "/projects", "proj"},
		{"roles", "/roles", "role"},
	}},
	{"account", []area{
		{"reports", "/reports", "rep"},
		{"evidence", "/evidence", "evi"},
		{"record", "/record", "rec"},
		{"people", "/people", "ppl"},
	}},
}
