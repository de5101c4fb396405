package ptb

// lexicon lists the classes of words. Within a class the n-th word has a
// frequency of 1/n, so that the whole follows Zipf's law roughly.
var lexicon = [][2]string{
	{"Man.one", "man boy farmer king monk butler butcher wizard brother prince"},
	{"Man.many", "men boys farmers kings monks butlers butchers wizards brothers princes"},
	{"Woman.one", "woman girl queen nun nurse maid sister witch widow princess"},
	{"Woman.many", "women girls queens nuns nurses maids sisters witches widows princesses"},
	{"Animal.one", "dog cat horse fox goat crow mouse hen bear duck"},
	{"Animal.many", "dogs cats horses foxes goats crows mice hens bears ducks"},
	{"Temper", "tall young happy clever quiet hungry brave tired proud gentle lonely merry"},

	{"Place.garden", "garden orchard meadow"},
	{"Place.kitchen", "kitchen bakery inn"},
	{"Place.harbour", "harbour cove bay"},
	{"Place.workshop", "workshop forge mill"},
	{"Item.garden", "rose tree seed hedge leaf spade flower bean nut root basket apple fence weed"},
	{"Item.kitchen", "bread soup pot cake knife bowl egg cheese spoon stew plate salt oven jug"},
	{"Item.harbour", "boat net rope sail anchor barrel oar crab lantern chest shell mast raft fish"},
	{"Item.workshop", "hammer nail board wheel saw chain bench lock tool box plank bell hinge screw"},
	{"Quality", "small heavy clean broken cheap painted fine strange plain round"},

	{"Handle.one", "takes holds finds carries wants brings sells keeps drops counts hides lifts buys paints"},
	{"Handle.many", "take hold find carry want bring sell keep drop count hide lift buy paint"},
	{"Groom.one", "washes praises blames scratches hurts teaches"},
	{"Groom.many", "wash praise blame scratch hurt teach"},
	{"Move.one", "sleeps walks waits runs laughs sits works dances hums"},
	{"Move.many", "sleep walk wait run laugh sit work dance hum"},
	{"See.one", "sees hears loves fears knows follows"},
	{"See.many", "see hear love fear know follow"},
	{"Say.one", "says shouts whispers sings thinks"},
	{"Say.many", "say shout whisper sing think"},
	{"Manner", "slowly again today alone there early often outside well late"},
	{"Link", "and while because until"},
}
