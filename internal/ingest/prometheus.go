package ingest

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Prometheus range query answers with a matrix: series of [time, "value"] samples at a fixed step. A sample
// holds until the next one; the last holds for one step. NaN, and the rest of a gap wider than two steps, are
// unknown: an exporter that does not answer says nothing about the service behind it.

// PrometheusOptions are the caller's decisions on one answer.
type PrometheusOptions struct {
	Label string        // the label that names the element
	Step  time.Duration // of the query; 0: the usual (median) gap between the samples of each series
}

// ReadPrometheus gives out the intervals of a range query of a value between 0 (down) and 1 (up), series by series.
func ReadPrometheus(src *Source, o PrometheusOptions, emit func(AvailabilityRecord) error) (AvailabilityLog, error) {
	p := &prometheusReader{stream: newStream(src), o: o, emit: emit, seen: map[string]int{}}
	if err := p.object("", p.envelope); err != nil {
		return AvailabilityLog{}, err
	}
	if err := p.end(); err != nil {
		return AvailabilityLog{}, err
	}
	if p.status != "success" {
		return AvailabilityLog{}, src.wrong(At{}, "status", "ingest.error.prometheus.status", "value", clip(p.status))
	}
	if p.resultType != "matrix" {
		return AvailabilityLog{}, src.wrong(At{}, "data.resultType", "ingest.error.prometheus.matrix", "value", clip(p.resultType))
	}
	p.log.Elements = len(p.seen)
	return p.log, nil
}

type prometheusReader struct {
	*stream
	o          PrometheusOptions
	emit       func(AvailabilityRecord) error
	log        AvailabilityLog
	status     string
	resultType string
	seen       map[string]int // element to the record of its series
	samples    int            // read in all series
}

// sample is one measurement; the value is NaN when unknown.
type sample struct {
	at    time.Time
	value float64
}

func (p *prometheusReader) envelope(name string) (err error) {
	switch name {
	case "status":
		p.status, err = p.text(name)
	case "warnings":
		p.log.Warnings, err = p.items(name)
	case "data":
		err = p.object(name, p.data)
	default:
		err = p.skip()
	}
	return err
}

func (p *prometheusReader) data(name string) (err error) {
	switch name {
	case "resultType":
		if p.resultType, err = p.text("data.resultType"); err == nil && p.resultType != "matrix" {
			err = p.src.wrong(At{}, "data.resultType", "ingest.error.prometheus.matrix", "value", clip(p.resultType))
		}
	case "result":
		err = p.array("data.result", p.series)
	default:
		err = p.skip()
	}
	return err
}

func (p *prometheusReader) series() error {
	p.record++
	at := p.at()
	element, labelled := "", false
	var samples []sample
	err := p.object("data.result", func(name string) error {
		switch name {
		case "metric":
			return p.object(name, func(label string) (err error) {
				if label != p.o.Label {
					return p.skip()
				}
				labelled = true
				element, err = p.text(label)
				return err
			})
		case "values":
			return p.array(name, func() error {
				s, err := p.sample()
				samples = append(samples, s)
				return err
			})
		}
		return p.skip()
	})
	if err != nil {
		return err
	}
	if !labelled || element == "" {
		return p.src.wrong(at, "metric."+p.o.Label, "ingest.error.prometheus.label", "label", clip(p.o.Label))
	}
	if first, twice := p.seen[element]; twice {
		return p.src.wrong(at, "metric."+p.o.Label, "ingest.error.duplicate", "value", clip(element), "record", first)
	}
	p.seen[element] = p.record
	return p.give(element, samples, at)
}

// sample reads [time, "value"] and checks both.
func (p *prometheusReader) sample() (s sample, err error) {
	p.samples++
	if err := p.src.count(At{Record: p.samples}); err != nil {
		return s, err
	}
	n := 0
	err = p.array("values", func() error {
		n++
		switch n {
		case 1:
			s.at, err = p.instant()
		case 2:
			s.value, err = p.value()
		default:
			err = p.src.wrong(At{Record: p.record}, "values", "ingest.error.prometheus.sample")
		}
		return err
	})
	if err == nil && n != 2 {
		err = p.src.wrong(At{Record: p.record}, "values", "ingest.error.prometheus.sample")
	}
	return s, err
}

func (p *prometheusReader) instant() (time.Time, error) {
	seconds, err := p.number("values")
	if err != nil {
		return time.Time{}, err
	}
	if math.Abs(seconds) > 253402300799 { // the year 9999
		return time.Time{}, p.src.wrong(At{Record: p.record}, "values", "ingest.error.date", "value", seconds)
	}
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), nil
}

// value reads a number written as a string. 0 to 1 and NaN are allowed.
func (p *prometheusReader) value() (float64, error) {
	if k := p.kind(); k == jsontext.Kind('n') {
		return 0, p.wrongType("values", "string")
	}
	text, err := p.text("values")
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < 0 || v > 1 {
		return 0, p.src.wrong(At{Record: p.record}, "values", "ingest.error.share", "value", clip(text))
	}
	return v, nil
}

// give turns samples into intervals, joined while the value stays.
func (p *prometheusReader) give(element string, samples []sample, at At) error {
	if len(samples) == 0 {
		return nil
	}
	for i := 1; i < len(samples); i++ {
		if !samples[i].at.After(samples[i-1].at) {
			return p.src.wrong(at, "values", "ingest.error.prometheus.order")
		}
	}
	step := p.o.Step
	if step <= 0 {
		step = usualGap(samples)
	}
	if step <= 0 {
		return p.src.wrong(at, "values", "ingest.error.prometheus.step")
	}
	p.log.Step = max(p.log.Step, step)
	run := AvailabilityRecord{Element: element, At: at}
	for i, s := range samples {
		until := s.at.Add(step)
		gap := i+1 < len(samples) && samples[i+1].at.Sub(s.at) > 2*step
		if i+1 < len(samples) && !gap {
			until = samples[i+1].at
		}
		if err := p.extend(&run, s.at, until, s.value); err != nil {
			return err
		}
		if gap {
			if err := p.extend(&run, until, samples[i+1].at, math.NaN()); err != nil {
				return err
			}
		}
	}
	return p.flush(run)
}

// extend adds time to the run, or gives it out and begins another when the state changes.
func (p *prometheusReader) extend(run *AvailabilityRecord, from, to time.Time, value float64) error {
	next := AvailabilityRecord{Element: run.Element, From: from, To: to, State: Unknown, At: run.At}
	if !math.IsNaN(value) {
		next.State, next.Share = stateOf(value)
	}
	same := run.State == next.State && (run.Share == nil || *run.Share == value)
	if same {
		run.To = to
		return nil
	}
	if err := p.flush(*run); err != nil {
		return err
	}
	*run = next
	return nil
}

func (p *prometheusReader) flush(run AvailabilityRecord) error {
	if run.State == "" {
		return nil // nothing collected yet
	}
	p.log.Records++
	return p.emit(run)
}

// usualGap is the median gap between samples, the lower one of an even number; 0 for a single sample.
func usualGap(samples []sample) time.Duration {
	if len(samples) < 2 {
		return 0
	}
	gaps := make([]time.Duration, 0, len(samples)-1)
	for i := 1; i < len(samples); i++ {
		gaps = append(gaps, samples[i].at.Sub(samples[i-1].at))
	}
	slices.Sort(gaps)
	return gaps[(len(gaps)-1)/2]
}
