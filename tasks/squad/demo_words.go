package squad

import "strings"

// demoFact is a kind of fact: ways to tell it, and questions on it, each with the
// slot that is its answer before the colon.
type demoFact struct {
	says []string
	asks []string
}

// demoFacts are the kinds of facts of the embedded questions.
var demoFacts = []demoFact{
	{
		says: []string{
			"{who} was born in {place} on {date} {year}.",
			"On {date} {year}, {who} was born in {place}.",
		},
		asks: []string{
			"place: Where was {who} born?",
			"year: In what year was {who} born?",
			"date: On what day was {who} born?",
			"who: Who was born in {place}?",
		},
	},
	{
		says: []string{
			"{who} opened a {thing} in {place} in {year}.",
			"In {year}, a {thing} was opened in {place} by {who}.",
		},
		asks: []string{
			"thing: What did {who} open?",
			"place: Where did {who} open a {thing}?",
			"year: When was the {thing} in {place} opened?",
			"who: Who opened a {thing}?",
		},
	},
	{
		says: []string{
			"{who} left {place} for {place2} in {year}.",
			"In {year}, {who} went to {place2} from {place}.",
		},
		asks: []string{
			"place: Which town did {who} leave?",
			"place2: Which town did {who} go to?",
			"year: When did {who} leave {place}?",
			"who: Who went from {place} to {place2}?",
		},
	},
	{
		says: []string{
			"{who}, a {job} from {place}, met {who2} on {date}.",
			"On {date}, {who} met {who2}; the former was a {job} from {place}.",
		},
		asks: []string{
			"job: What was the job of {who}?",
			"who2: Whom did {who} meet?",
			"place: Where did {who} come from?",
			"date: When did {who} meet {who2}?",
		},
	},
	{
		says: []string{
			"The {thing} of {place}, sold for {price} in {year}, belonged to {who}.",
			"{who} sold the {thing} of {place} for {price} in {year}.",
		},
		asks: []string{
			"price: How much did the {thing} of {place} cost?",
			"who: Who owned the {thing} of {place}?",
			"thing: What did {who} sell?",
			"year: In what year was the {thing} of {place} sold?",
		},
	},
}

// demoWords are what the slots are drawn from.
var demoWords = map[string][]string{
	"first": strings.Fields(`Ada Bram Clara Dario Elin Farid Greta Hugo Ines Jonas Karin Leon Mira Nils
		Olga Piet Rosa Sven Tilda Umar Vera Wim Xenia Yusuf Zoë`),
	"last": strings.Fields(`Abel Brandt Costa Dahl Eriksen Fabre Gruber Holm Ivanov Jansen Kowal Lund
		Moreau Novak Olsen Petit Quist Rossi Soler Tanaka Ueda Vogel Weber Young Zeman`),
	"place": strings.Split("Alden,Bergholt,Corvo,Dunmore,Elst,Fairhaven,Gorm,Hartley,Inverloch,Jura,Kelso,"+
		"Lindau,Morwell,Narvik,Oakham,Port Ellen,Quarn,Ravenna,San Telmo,Tromsø,Upton,Varna,Westport,Yarrow,Zell", ","),
	"month": strings.Fields("January February March April May June July August September October November December"),
	"thing": strings.Fields("bakery bridge chapel cinema garden hotel library mill museum school shop theatre tower windmill"),
	"job":   strings.Fields("baker carpenter doctor farmer gardener lawyer miner painter pilot poet sailor teacher weaver writer"),
	"price": strings.Split("40 crowns,75 crowns,120 crowns,300 crowns,450 crowns,600 crowns,900 crowns,1500 crowns", ","),
}
