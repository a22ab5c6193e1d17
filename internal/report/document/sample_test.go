package document_test

import (
	"math"
	"strconv"
	"strings"
	"time"

	"accordo.dev/internal/chart"
	"accordo.dev/internal/report/document"
)

var nan = math.NaN()

func italian(v float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(v, 'f', -1, 64), ".", ",")
}

func frame(id, title string) chart.Frame {
	return chart.Frame{
		ID: id, Title: title, Desc: title + ".", Number: italian,
		Words: chart.Words{
			NoData: "Nessuna evidenza: importare prima una scansione.", Unknown: "non misurato", Item: "Voce", Value: "Valore", Low: "Minimo", High: "Massimo",
			Limit: "Soglia", Events: "Casi", Total: "Su", AtRisk: "ancora osservati", Target: "promesso", Tested: "provato",
		},
	}
}

func bullet(id, title string, b chart.Bullet) *chart.Chart {
	return &chart.Chart{Frame: frame(id, title), Plot: b}
}

// sample is a board report in Italian, with every kind of block.
func sample() document.Document {
	blocks := append(front(), risk()...)
	blocks = append(blocks, resilience()...)
	return document.Document{
		ID: "BR-2026-Q4 · v1", Title: "Rapporto unitario al Consiglio", Subject: "Quarto trimestre 2026", Author: "Banca Altariva — CIO e CISO", Lang: "it",
		Created: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC), Running: "Banca Altariva · Rapporto unitario al Consiglio · IV trimestre 2026",
		Blocks: append(blocks, annex()...), Words: document.Words{DataTable: "Dati del grafico", Evidence: "Evidenza"},
		Attachments: []document.Attachment{{Name: "manifest.json", Description: "Manifesto delle evidenze", Content: []byte(`{"root":"9f3c51aae07d"}`)}},
	}
}

func front() []document.Block {
	return []document.Block{
		document.Cover{
			Organisation: "Banca Altariva", Title: "Rapporto unitario al Consiglio", Subtitle: "Tecnologia e sicurezza, un solo quadro. Quarto trimestre 2026",
			Terms: []document.Term{{"Destinatario", "Consiglio di amministrazione, seduta del 26 novembre 2026"}, {"Periodo", "1 luglio – 30 settembre 2026"}, {"Dati al", "25 novembre 2026, 08:40"}, {"Presentato da", "Marta Bellandi (CIO), Luca Ferrantini (CISO)"}},
			Note:  "Riservato. Ogni cifra porta l’identificativo dell’evidenza da cui è calcolata; il manifesto è allegato a questo documento.",
		},
		document.Heading{Level: 1, Text: "Fuori soglia sul denaro, dentro sulle esposizioni"},
		document.Verdict{Text: "Sui minuti di servizio critico perduti nessuno può ancora dirlo: 45 minuti non sono stati misurati.", State: document.Outside},
		document.FigureRow{Figures: []document.Figure{
			{
				Label: "Denaro a rischio in un anno", Value: "12,8", Unit: "M€, 1 anno su 20 va peggio", Interval: "intervallo 80 %: 11,5–15,5", N: "50.000 anni simulati", AsOf: "al 25 nov, 06:00", Source: "misurato", State: document.Outside, StateWord: "Fuori", Trace: "F1",
				Chart: bullet("b1", "Denaro a rischio", chart.Bullet{Value: 12.8, Low: 11.5, High: 15.5, UpTo: nan, Limit: 11, LimitLabel: "soglia 11,0", Axis: chart.Axis{Label: "M€"}}),
			},
			{
				Label: "Minuti di servizio critico perduti", Value: "214–259", Unit: "min", Interval: "214 misurati, 45 senza dati", N: "6 servizi critici", AsOf: "al 25 nov, 08:30", Source: "misurato", State: document.NotKnown, StateWord: "Non si può dire", Trace: "F2",
				Chart: bullet("b2", "Minuti perduti", chart.Bullet{Value: 214, Low: nan, High: nan, UpTo: 259, Limit: 240, LimitLabel: "soglia 240", Axis: chart.Axis{Label: "min"}}),
			},
			{
				Label: "Giorni di esposizione, pesati", Value: "3.410", Unit: "giorni", Interval: "intervallo 95 %: 3.260–3.575", N: "1.073 rilievi, 351 aperti", AsOf: "al 25 nov, 04:10", Source: "dichiarato dal CISO", State: document.Inside, StateWord: "Dentro", Trace: "F3",
				Chart: bullet("b3", "Giorni di esposizione", chart.Bullet{Value: 3410, Low: 3260, High: 3575, UpTo: nan, Limit: 4200, LimitLabel: "soglia 4.200", Axis: chart.Axis{Label: "giorni"}}),
			},
		}},
		document.Heading{Level: 2, Text: "Che cosa chiediamo di decidere"},
		document.Decision{
			Number: "D-2026-041", Question: "Finanziare il secondo gateway per i pagamenti istantanei", Trace: "F4",
			Terms: []document.Term{{"Costo", "780 k€ dal fondo comune"}, {"Effetto", "−0,59 M€ di perdita annua attesa, −210 min l’anno"}, {"Entro", "17 novembre 2026, 18:00"}},
			Left:  document.Opinion{Office: document.CIO, Title: "CIO", Person: "Marta Bellandi", State: document.Inside, Vote: "Sì", Text: "Il gateway è l’unico punto di passaggio dei pagamenti istantanei. Il fermo di settembre è costato 186 minuti su un margine di 60."},
			Right: document.Opinion{Office: document.CISO, Title: "CISO", Person: "Luca Ferrantini", State: document.Near, Vote: "Solo a condizioni", Text: "Sì, purché il secondo gateway stia su un dominio di identità diverso e il ripristino sia provato entro marzo. Altrimenti raddoppiamo la superficie."},
		},
		document.PageBreak{},
	}
}

func curve(median, p0, wide float64) []chart.Level {
	var out []chart.Level
	for l := .1; l <= 40; l *= 1.25 {
		p := p0 / (1 + math.Pow(l/median, 1.4))
		out = append(out, chart.Level{Loss: l, P: p, Low: p / wide, High: p * wide})
	}
	return out
}

func percent(v float64) string { return italian(math.Round(v*1000)/10) + " %" }

func risk() []document.Block {
	return []document.Block{
		document.Heading{Level: 1, Text: "Che cosa può costarci quanto"},
		document.Verdict{Text: "Oltre 2 M€ la curva di oggi supera la propensione fissata; con il piano rientra entro marzo.", State: document.Near},
		document.Paragraph{Text: "La curva dice con quale probabilità un anno costa più di una certa somma. La linea a gradini è il limite che il Consiglio ha approvato. Dove la curva le passa sopra, il rischio è più grande di quanto avete accettato.", Traces: []string{"F1", "F9"}},
		document.Picture{Chart: chart.Chart{Frame: frame("lec", "Perdita annua e propensione"), Plot: chart.Exceedance{
			Loss: chart.Axis{Label: "perdita annua oltre, M€"}, Probability: chart.Axis{Label: "probabilità in un anno", Number: percent}, LimitLabel: "propensione",
			Curves: []chart.Curve{
				{Label: "senza controlli", Role: chart.Muted, Dash: chart.Dashed, Levels: curve(4, .8, 1)},
				{Label: "oggi", Role: chart.Ink, Levels: curve(2, .6, 1.25)},
				{Label: "con il piano", Role: chart.Second, Dash: chart.Dotted, Levels: curve(.8, .45, 1)},
			},
			Appetite: []chart.Level{{Loss: .5, P: .5}, {Loss: 2, P: .2}, {Loss: 11, P: .05}},
		}}, Caption: "50.000 anni simulati, al 25 novembre 2026, 06:00. Banda: intervallo dell’80 %.", Trace: "F1"},
		document.Picture{Chart: chart.Chart{Frame: frame("fall", "Che cosa ha mosso il rischio dal 13 ottobre"), Plot: chart.Waterfall{
			From: chart.Total{Label: "13 ottobre", Value: 10.8}, To: chart.Total{Label: "12 novembre", Value: 12.8}, Axis: chart.Axis{Label: "M€, 1 anno su 20 va peggio"},
			Limit: 11, LimitLabel: "soglia 11", Moves: []chart.Move{{Label: "Rischio nuovo: fornitore con 410.000 clienti", Delta: .9}, {Label: "Mitigato", Delta: -.7}, {Label: "Perimetro", Delta: .5}, {Label: "Prova di ripristino perduta", Delta: 1.3, Lost: true}},
		}}, Caption: "Tratteggiato: aumento dovuto solo a evidenza perduta.", Trace: "F4"},
		document.Heading{Level: 2, Text: "I primi rischi"},
		riskTable(46),
	}
}

func riskTable(n int) document.Table {
	t := document.Table{Caption: "Rischi per coda di perdita", Columns: []document.Column{{Title: "Rischio"}, {Title: "Titolare"}, {Title: "Mediana, M€", Align: document.Right}, {Title: "1 anno su 20, M€", Align: document.Right}, {Title: "Stato"}}}
	states := []document.Cell{{Text: "Fuori", State: document.Outside}, {Text: "Dentro", State: document.Inside}, {Text: "Vicino", State: document.Near}, {Text: "Non si sa", State: document.NotKnown}}
	for i := range n {
		t.Rows = append(t.Rows, []document.Cell{
			{Text: "R-" + strconv.Itoa(100+i) + " Ransomware sui salvataggi raggiungibili dal dominio", Sub: "Core banking, filiali"},
			{Text: []string{"CIO", "CISO", "Acquisti"}[i%3]},
			{Text: italian(float64(i) / 4), Trace: "F" + strconv.Itoa(i%4+1)},
			{Text: italian(float64(806-i*10) / 100)},
			states[i%4],
		})
	}
	return t
}

func resilience() []document.Block {
	return []document.Block{
		document.Heading{Level: 1, Text: "I servizi critici mantengono la promessa?"},
		document.Picture{Chart: chart.Chart{Frame: frame("dumb", "Tempo di ripristino, promesso e provato"), Plot: chart.Dumbbell{Axis: chart.Axis{Label: "ore"}, Note: "Prova", Items: []chart.Promise{
			{Label: "Core banking", Target: 8, Tested: 26, Note: "43 giorni fa"}, {Label: "Pagamenti istantanei", Target: 2, Tested: 1.4, Note: "12 giorni fa"}, {Label: "Carte", Target: 4, Tested: nan, Note: "mai"},
		}}}, Caption: "6 servizi, 5 provati.", Trace: "F2"},
		document.Callout{State: document.NotKnown, Title: "Prova di ripristino di CartaNet mai ricevuta", Text: "Finché manca, il tempo reale di ripristino delle carte è ignoto. La richiesta al fornitore è partita il 12 novembre; risposta attesa entro il 30."},
		document.SideBySide{
			Left:  document.Opinion{Office: document.CIO, Title: "Il CIO", Person: "Marta Bellandi", Text: "La capacità di ripristino è il primo limite: metà della perdita di coda viene da un recupero di 26 ore contro 8."},
			Right: document.Opinion{Office: document.CISO, Title: "Il CISO", Person: "Luca Ferrantini", Text: "I salvataggi sono ancora raggiungibili dal dominio. Finché è così, il ripristino non è una difesa dal ransomware."},
		},
		document.List{Items: []string{"Cinque promesse su sette mantenute, una in ritardo, una non ancora scaduta.", "Il piano di uscita da Orbita Cloud è in ritardo di 9 giorni; titolare il CIO."}},
	}
}

func annex() []document.Block {
	return []document.Block{
		document.Heading{Level: 1, Text: "Firme"},
		document.Signatures{
			Statement: "Chi firma dichiara di aver letto l’intero documento e che le cifre sono quelle calcolate dalle evidenze elencate.",
			Left:      document.Signer{SlotID: "cio", Office: document.CIO, Title: "Chief Information Officer", Person: "Marta Bellandi", State: "Firma mancante", Hash: "sha-256 9f3c51aae07d1b2a9f3c51aae07d1b2a"},
			Right:     document.Signer{SlotID: "ciso", Office: document.CISO, Title: "Chief Information Security Officer", Person: "Luca Ferrantini", State: "Firmato il 25 novembre 2026, 09:12", Signed: true, Hash: "sha-256 9f3c51aae07d1b2a9f3c51aae07d1b2a"},
		},
		document.Heading{Level: 2, Text: "Definizioni"},
		document.Definitions{Items: []document.Term{{"Denaro a rischio", "Perdita annua che un anno su venti supera (95° percentile), al netto dei controlli in essere."}, {"Giorno di esposizione", "Un giorno in cui una debolezza nota resta aperta su un bene, pesato per criticità."}}},
		document.Heading{Level: 2, Text: "Da dove viene ogni cifra"},
		document.Traces{Items: []document.Trace{
			{"F1", "Simulazione FAIR, definizione v3, 50.000 anni, seme 20261125", "sha-256 9f3c51aae07d1b2a"},
			{"F2", "Registro disponibilità, 6 servizi", "sha-256 77aa01bbc2d3"},
			{"F3", "Scansioni Nessus e Trivy, 43 file", "sha-256 1234abcd5678"},
			{"F4", "Confronto fra due fotografie del registro", "sha-256 cafe0123"},
		}},
	}
}
