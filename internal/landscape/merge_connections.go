package landscape

import (
	"accordo.dev/internal/change"
	"accordo.dev/internal/db"
	"accordo.dev/internal/problem"
)

// mergeAgreements merges what the files say was agreed. Agreements have their own last day, so none ends because it is
// missing.
func (m *merger) mergeAgreements() {
	listed := map[string]bool{}
	for _, n := range m.incoming.agreements {
		a := n.Agreement
		a.Source = m.source
		if n.party != "" {
			a.Party = m.resolve(n.party)
		}
		for _, id := range n.covers {
			a.Covers = append(a.Covers, m.resolve(id))
		}
		a = a.normal()
		if listed[a.ID] {
			m.refused(problem.Field("id", "problem.twice", "value", a.ID).At(n.place))
			continue
		}
		listed[a.ID] = true
		for _, wrong := range a.check(plain, func(id string) bool { _, ok := m.byID[id]; return ok }) {
			m.refused(wrong.At(n.place))
		}
		m.putAgreement(a)
	}
}

func (m *merger) putAgreement(a Agreement) {
	have, known := m.agreed[a.ID]
	want := a
	if known {
		want = have
		if have.Source == m.source {
			take(&want, a, saidFields(a))
		} else {
			fill(&want, a, saidFields(a))
		}
	}
	fields := change.Between(have, want)
	if known && len(fields) == 0 {
		m.out.Unchanged++
		return
	}
	kind := change.Create
	if known {
		kind = change.Update
	}
	m.agreed[a.ID] = want
	m.agreements = append(m.agreements, want)
	m.note(want.Ref(), kind, want.Title, fields)
}

func (m *merger) mergeConnections(tx *db.Tx) {
	if !m.hasTies {
		return
	}
	waiting := m.connections
	for len(waiting) > 0 { // a connection that ends on another waits until that one is known
		var still []newConnection
		for _, n := range waiting {
			if m.tieKnown(n.from, n.fromTie) && m.tieKnown(n.to, n.toTie) {
				m.connection(n)
			} else {
				still = append(still, n)
			}
		}
		if len(still) == len(waiting) {
			for _, n := range still {
				m.refused(problem.Field("from", "landscape.import.circle", "value", n.external).At(n.place))
			}
			break
		}
		waiting = still
	}
	if !m.partial {
		m.endConnections(tx)
	}
}

func (m *merger) tieKnown(end string, isTie bool) bool {
	return !isTie || m.seenTies[m.tieOf[end]] || m.partial && m.tieOf[end] != ""
}

func (m *merger) endConnections(tx *db.Tx) {
	now := tx.Now()
	for _, id := range sortedKeys(m.ties) {
		c := m.ties[id]
		if c.Source != m.source || c.EndedAt != nil || m.seenTies[id] {
			continue
		}
		c.EndedAt = &now
		m.newlyTied = append(m.newlyTied, c)
		m.note(c.Ref(), change.Remove, m.tieTitle(c), nil)
	}
}

// tiedUp gives the connection in our words with its ends and its id: that of its source where it is known by one.
func (m *merger) tiedUp(n newConnection) Connection {
	c := n.Connection
	c.From, c.FromTie = m.endOf(n.from, n.fromTie)
	c.To, c.ToTie = m.endOf(n.to, n.toTie)
	c.Source, c.Agreement = m.source, m.agreement(n)
	c.OwnerFrom = m.person(c.OwnerFrom, n.from, "owner_from", n.place)
	c.OwnerTo = m.person(c.OwnerTo, n.to, "owner_to", n.place)
	switch {
	case n.external != "" && m.ownIDs:
		c.ID = n.external
	case n.ID != "" && m.isFree(n.ID): // the file says it
	case n.external != "":
		c.ID = c.tieID(n.external)
	case n.key != "":
		c.ID = c.tieID(n.key)
	}
	c = c.normal()
	if c.ExternalID = n.external; c.ExternalID == "" {
		c.ExternalID = c.ID
	}
	if id, known := m.tieOf[c.ExternalID]; known {
		c.ID = id
	}
	return c
}

// isFree tells whether no connection of another source has an id.
func (m *merger) isFree(id string) bool {
	have, taken := m.ties[id]
	return !taken || have.Source == m.source
}

// endOf gives the element at an end, and the connection where the end is one: its own first element stands for it.
func (m *merger) endOf(outside string, isTie bool) (element, tie string) {
	if !isTie {
		return m.resolve(outside), ""
	}
	tie = m.tieOf[outside]
	return m.ties[tie].From, tie
}

func (m *merger) connection(n newConnection) {
	c := m.tiedUp(n)
	if m.seenTies[c.ID] {
		m.refused(problem.Field("from", "problem.twice", "value", n.from).At(n.place))
		return
	}
	for _, wrong := range c.check(plain) {
		m.refused(wrong.At(n.place))
	}
	m.seenTies[c.ID], m.tieOf[c.ExternalID] = true, c.ID
	have, known := m.ties[c.ID]
	if !known {
		m.ties[c.ID] = c
		m.newTies = append(m.newTies, c)
		m.note(c.Ref(), change.Create, m.tieTitle(c), change.Between(Connection{}, c))
		return
	}
	want := have
	if have.Source == m.source {
		want.EndedAt = nil
		take(&want, c, without(m.incoming.tied, have.ByHand))
	} else {
		fill(&want, c, m.incoming.tied)
	}
	fields := change.Between(have, want)
	if len(fields) == 0 {
		m.out.Unchanged++
		return
	}
	m.ties[c.ID] = want
	m.newlyTied = append(m.newlyTied, want)
	m.note(c.Ref(), change.Update, m.tieTitle(c), fields)
}

func (m *merger) resolve(outside string) string {
	if id, ok := m.external[outside]; ok {
		return id
	}
	return outside
}

// agreement finds the agreement that a connection names; one that nobody has described is kept without dates.
func (m *merger) agreement(n newConnection) string {
	if n.agreement == "" {
		return ""
	}
	id := n.agreement
	if _, known := m.agreed[id]; !known {
		id = slug(n.agreement)
	}
	if _, known := m.agreed[id]; !known {
		m.out.Dangling = append(m.out.Dangling, Dangling{Ref: n.agreement, From: n.from, Field: "agreement", File: n.place.File, Line: n.place.Line})
		m.putAgreement(Agreement{ID: id, Title: n.agreement, Kind: "contract", Source: m.source})
	}
	return id
}
