package ui

func searched(p Page) string {
	if p.Path == "/search" {
		return p.Query.Get("q")
	}
	return ""
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// nextTheme is what the theme button leads to; "auto" means as the device.
func nextTheme(theme string) string {
	switch theme {
	case "light":
		return "dark"
	case "dark":
		return "auto"
	default:
		return "light"
	}
}

func themeIcon(theme string) string {
	switch theme {
	case "light":
		return "sun"
	case "dark":
		return "moon"
	default:
		return "auto"
	}
}

func keyHeld(held bool) KeyState {
	if held {
		return Signed
	}
	return Missing
}

func held(who *Person) string {
	switch {
	case who.CIO && who.CISO:
		return "both"
	case who.CIO:
		return "cio"
	case who.CISO:
		return "ciso"
	default:
		return "none"
	}
}
