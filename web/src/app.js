// What script adds to the pages. Every page works without it.
import "htmx.org";
import "./keyboard.js";
import "./filters.js";
import "./progress.js";
import "./passkey.js";
import "./map.js";
import "./raci.js";
