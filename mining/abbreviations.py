"""Word lists for the end of a sentence in English and German, as data; what they mean for a cut is
decided in mining/latin.py. All lists are written without the last full stop.
"""

# How an abbreviation stands to the end of a sentence.
OPEN = "open"  # never its last word: a title, "e.g."
MIDDLE = "middle"  # its last word only if a word follows that opens sentences: "U.S.", "Jan."
NUMBER = (
    "number"  # an abbreviation before a number or a label alone, else a word: "no. 5", "Art. 3"
)
PHRASE = (
    "phrase"  # closes a name: its last word if a capital and then a small letter follow: "Inc."
)
CLOCK = "clock"  # a time of day: like PHRASE, but not early in a sentence
LAST = "last"  # its last word before every capital: "etc."


def _kinds(lists, capitalised=(OPEN,)):
    kinds = {}
    for kind, words in lists.items():
        for word in words.split():
            kinds[word] = kind
            if kind in capitalised:
                kinds.setdefault(word[0].upper() + word[1:], kind)
    return kinds


# Of an abbreviation with several full stops only the last two parts count: "i. d. R." is "d.R".
ENGLISH = _kinds(
    {
        OPEN: (
            "Mr Mrs Ms Mx Messrs Mmes Mme Mlle Dr Drs Prof Profs Rev Revd Hon Gen Brig Col Capt "
            "Cpt Cdr Cmdr Comdr Lt Lieut Sgt Cpl Pvt Pfc Maj Adm Gov Sen Rep Reps Sens Pres Msgr "
            "Supt Insp Det Amb Atty Ald Fr Mt Mts Ft Pte Ens Gens Cols Dra Sra Srta Hr "
            "e.g i.e eg ie cf vs viz approx ca esp incl excl a.k.a aka resp usu n.b q.v"
        ),
        MIDDLE: (
            "St Ste Sts Jr Sr Bros Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues "
            "Thu Thur Thurs Fri figs vol vols pp chap chaps sect eq eqs eqn eqns para paras eds "
            "nos nr refs appx arts secs pts ver vers rel dept depts univ govt intl natl assn assoc "
            "mfg mfr dist div ext tel bldg apt est orig misc temp max min avg std var abbr "
            "syn adj adv prep conj pron trans illus fol ft yd yds oz lb lbs kg km cm mm hr hrs "
            "mins secs gal qt tbsp tsp sq cu bros mil op opp ser suppl repr rpt rev edn publ "
            "cont contd encl attn acct amt pkg pkgs qty doz wt ht hgt wk wks yr yrs "
            "Ala Ariz Calif Colo Conn Fla Ga Kan Ky Mass Md Mich Minn Mo Neb Nev Okla Ore Pa Tenn "
            "Tex Va Vt Wis Wyo Ont Que Penn Dak Alta Sask N.Y N.J Hosp Acad Inst "
            "Soc Proc Bull"
        ),
        NUMBER: (
            "No no Fig fig Sec sec Ch ch Pt pt Art App app Ref ref Ex ex Ed ed Cl cl Fl fl Rm Vol "
            "Op Eq Tab tab ll vv Ill Pl Inv Reg Sat Sun Wed Wash Art Bk "
            "bk Apt Box Rt rt Hwy Ver Cat Ser"
        ),
        PHRASE: (
            "Inc Ltd Corp Co Cos Plc plc Pty Ph.D M.D B.A M.A B.Sc M.Sc B.S M.S D.Phil M.Phil "
            "LL.B LL.M LL.D M.B.A R.N J.D Ed.D Th.D D.D Esq Ave Blvd Rd Pkwy Sq Ln D.C "
            "B.C A.D C.E A.C b.c a.d B.P al ibid Ibid op.cit loc.cit"
        ),
        CLOCK: "a.m p.m A.M P.M",
        LAST: "etc &c",
    }
)

GERMAN = _kinds(
    {
        OPEN: (
            "Dr Dres Prof Profs Hr Hrn Hrrn Frl Dipl Mag Lic Bakk hl Frhr Gebr Abg Priv Doz "
            "z.B d.h u.U z.T z.Zt z.Z i.A o.g u.g m.E m.W a.W d.R i.S i.H d.s i.Allg "
            "b.w z.Hd z.H i.B i.Br vgl vergl ca evtl ev ggf ggfs gegebenenf inkl exkl einschl "
            "ausschl zzgl abzgl bzgl bzw bspw beisp betr sog insb insbes bes mind höchst lt gem "
            "jew einschl spez resp zw sd zB dh u.zw Mme Mlle Mr Mrs Ms e.g i.e vs cf"
        ),
        MIDDLE: (
            "St Nr Nrn Fa mult Pck Pckg Kü Gew Gewährl Grdst rd "
            "Jan Jän Feb Febr Mär Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Mo Di Mi Do "
            "Fr Sa So Abs Abb Abbn Kap Bd Bde Bdn Bl Hrsg Hg Hgg Aufl Ausg Jg Jgg Ziff Rn Rdn "
            "Rdnr Rz Anm Anl Anh Fn Fußn Sp Str str Pl Hs Hss Verf Vf Übers übers Anz Bhf Hbf Abt "
            "Abschn Abk Adr Kto Bsp Verl Diss Univ Inst Ges Bez Kr Ldkr Lkr Kgl kgl Jh Jhd Jhdt "
            "Jhs Jhds Jt Mio Mill Mrd Md Tsd Std Stdn Min Sek Stck Stk Pf Tel Fax Mob Ing em "
            "habil jur phil med theol rer nat oec pol vet agr techn wiss soz polit h.c c.h e.h "
            "evang kath röm griech lat dt engl frz franz ital span russ österr schweiz amerik jap "
            "chin niederl poln tschech türk arab hebr ahd mhd nhd germ norddt süddt ostdt westdt "
            "bayer sächs preuß dän schwed norw geb gest gesch gegr verh verw led erw erg erl "
            "überarb unveränd neubearb verb bearb hrsg ehem ehm gen allg entspr vorl urspr "
            "ursprgl eigtl eigentl wg zus tägl wöch wöchentl mtl monatl jährl durchschn max min "
            "mögl möglw ungef verg vorm nachm abds stellv Stellv Vors Präs Sekr Gen Lt Ltn Hptm "
            "Oblt Oberlt Maj Uffz Fw Obst Kdt Adj Vizepräs Gfr Gr a.D i.R d.J d.M d.Ä v.a "
            "d.Gr a.M a.d i.V o.B o.J o.O s.u s.o u.a u.ä o.ä b.H p.a p.m ü.M d.O a.S a.N a.O "
            "l.J v.H v.T n.F a.F k.k u.k i.L i.G i.Tr i.Pr Bros Jr Sr No Vol vol pp Mt "
            "Ph.D M.A B.A M.Sc B.Sc D.C B.C A.D ff f Forts fortl Verw Wiss Zs Zschr Ztg Jb "
            "Jbb Mitt Veröff Beitr Beih Lfg Lief Einw Ew Kl Ltg Pkt Prot Fam Anw Bearb Red Mitgl "
            "Temp Geb Whg Zi"
        ),
        PHRASE: "Inc Ltd Corp Co",
        NUMBER: "Art art Max Min Tab Pos Par Ass Reg Gen Fig Ver Lit",
        LAST: ("usw usf etc u.Ä o.Ä v.m a.m dgl u.dgl e.V e.G n.Chr v.Chr u.Z uam uvm uva  Chr"),
    }
)

ENGLISH_STARTERS = frozenset(
    "the a an this that these those he she it we they you i his her its our their your my mine "
    "there here who what when where why how which whose whom if because since although though "
    "while unless until before after once as and but or nor so yet then thus hence therefore "
    "however moreover furthermore nevertheless nonetheless meanwhile instead otherwise still also "
    "later soon now today yesterday tomorrow sometimes often usually always never perhaps maybe "
    "finally eventually suddenly first firstly second secondly third next last in on at by for "
    "from with without within during under over through to into about against among between behind "
    "beyond despite except like near of off onto since toward towards upon via is are was were am "
    "be do does did has have had can could will would shall should may might must let please "
    "not no yes none nobody nothing nowhere someone somebody something everyone everybody "
    "everything anyone anybody anything each every both either neither all any some many much most "
    "several few little more less other others another such hundreds thousands half only even just "
    "indeed unfortunately fortunately recently currently additionally similarly see note use "
    "according given depending make keep take "
    "put get go come check try click press open select".split()
)

GERMAN_STARTERS = frozenset(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem "
    "keiner dieser diese dieses diesem diesen dies jener jene jenes jeder jede jedes "
    "jeden jedem alle alles allen aller manche mancher viele vieles einige mehrere beide "
    "solche welche welcher welches ich du er sie es wir ihr ihm ihn ihnen uns euch mir "
    "dir mich dich man wer wen wem was wo wie wann warum weshalb wieso wozu woher wohin "
    "wessen mein meine meinen meinem meiner dein deine deinen deinem sein seine seinen "
    "seinem seiner ihre ihren ihrem ihrer ihres unser unsere unseren unserem unserer euer "
    "eure und aber oder doch denn als wenn weil da dann danach darauf darum daher deshalb "
    "deswegen dabei damit dafür dagegen dazu dadurch davor daraus daran darin darüber "
    "davon hier dort heute gestern morgen jetzt nun bald später früher schon noch nur "
    "auch so sogar sonst trotzdem dennoch jedoch allerdings außerdem zudem ferner "
    "schließlich endlich zuerst zunächst zuletzt vielleicht leider natürlich sicher "
    "wirklich eigentlich in im ins an am ans auf aus bei beim mit nach von vom vor zu zum "
    "zur über unter um durch für gegen ohne bis seit während wegen trotz zwischen neben "
    "hinter ob obwohl obgleich indem nachdem bevor ehe sobald solange falls sofern zwar "
    "weder entweder sowohl nicht nichts niemand jemand etwas niemals nie immer oft "
    "manchmal selten einmal erst ja nein bitte danke ist sind war waren hat habt haben "
    "hatte hatten wird werden wurde wurden kann kannst können konnte muss musst müssen "
    "soll sollst sollte darf dürfen mag möchte möchtest will willst wollte bin bist hast "
    "gibt gab geht ging kommt kam steht liegt komm bring geh sag gib nimm lies schreib "
    "ruf warte schau sieh lass mach denk vergiss achte beachte hör bleib frag stell "
    "hunderte tausende dutzende beides derzeit damals anschließend siehe laut statt mehr "
    "weniger insgesamt kurz weitere weiterhin ebenso ebenfalls somit also insbesondere "
    "hingegen besonders genau gerade häufig meist meistens normalerweise standardmäßig".split()
)

# They open sentences too, but count what an abbreviation names: "vol. Two".
ENGLISH_NUMERALS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty".split()
)
GERMAN_NUMERALS = frozenset(
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert "
    "tausend".split()
)

# After these a letter or a number is a name and ends a sentence as any word does ("Plan B.").
ENGLISH_LABELS = frozenset(
    "war part chapter volume book phase type class act grade level table appendix plan vitamin "
    "group option figure section exhibit hepatitis schedule team point version annex article item "
    "step stage room gate line model category zone block unit case drive form list letter".split()
)
GERMAN_LABELS = frozenset(
    "teil kapitel band phase typ klasse akt stufe tabelle anhang plan vitamin gruppe option "
    "abbildung abschnitt hepatitis mannschaft punkt version anlage artikel fall schritt raum "
    "linie modell kategorie zone block einheit laufwerk form liste buchstabe haus gleis".split()
)

# What an ordinal in figures stands before in German even without an article.
GERMAN_MONTHS = frozenset(
    "januar jänner februar feber märz april mai juni juli august september oktober november "
    "dezember jan jän feb febr mär mrz apr jun jul aug sep sept okt nov dez".split()
)
GERMAN_COUNTED = frozenset(
    "jahrhundert jahrhunderts jahrhunderte jahrhunderten jh jhd jhdt jahrtausend "
    "jahrtausends klasse stock stocks etage auflage generation platz rang liga bundesliga "
    "weltkrieg weltkriegs geburtstag geburtstages todestag jahrestag hochzeitstag "
    "semester halbjahr quartal halbzeit spieltag runde lebensjahr lebensjahres "
    "lebensmonat lebenswoche schwangerschaftswoche lauf gang grades grad obergeschoss "
    "untergeschoss og ug kapitel band teil akt advent vorsitzender vorsitzende "
    "vorsitzenden bürgermeister senat kammer armee division regiment bataillon brigade "
    "legislaturperiode wahlperiode staffel folge ausgabe satz absatz sinfonie symphonie "
    "konzert mal person bezirk minute tag tages woche monat jahr sitzung jahrgang preis "
    "fc sc sv bundestag buch mose verordnung änderung nachtrag kongress tagung kreis "
    "schritt reihe versuch".split()
)
# Words before an ordinal: "am 12.", "der 5.", "sein 3."
GERMAN_ORDINAL_LEADS = frozenset(
    "am im vom zum zur beim dem den der die das des ein eine einen einem einer eines kein keine "
    "sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres mein meine meinen "
    "meinem meiner meines dein deine deinen unser unsere unseren unserem unserer jeder jede jeden "
    "jedem jedes dieser diese diesen diesem dieses nächste nächsten könig kaiser papst".split()
)
# A capital before one of these is a verb: "Kommen Sie", "Bring bitte".
GERMAN_AFTER_VERB = frozenset("sie wir du ihr er es ich man bitte mal uns euch mich sich".split())

# Words that leave a phrase open before an ellipsis: what follows is no new sentence.
ENGLISH_DANGLING = frozenset(
    "the a an and or but of to in with my your his her its our their for at by from is are was "
    "this that very".split()
)
GERMAN_DANGLING = frozenset(
    "der die das den dem des ein eine einen einem einer eines und oder mit von zu in im am auf "
    "für mein meine sein seine ihr ihre dein deine kein keine viele diese dieser dieses sehr als "
    "vom zum zur".split()
)

SPEECH_VERBS = frozenset(
    "said says asked asks shouted cried replied answered whispered yelled called exclaimed "
    "screamed muttered murmured added demanded wondered laughed roared snapped sighed gasped "
    "growled repeated begged barked sobbed groaned moaned declared announced responded inquired "
    "insisted continued interrupted protested remarked thought".split()
)
CLOCK_GOES_ON = frozenset(
    "est edt pst pdt cst cdt mst mdt gmt utc cet cest bst et pt ct eastern pacific central "
    "mountain standard daylight monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december".split()
)
CAPTIONS = (
    "chapter section part table figure appendix step example annex article volume lesson exercise "
    "question rule note exhibit kapitel abschnitt teil tabelle abbildung anhang schritt beispiel "
    "artikel band lektion aufgabe frage regel anlage listing"
)
EXCLAIMED_NAMES = frozenset("yahoo joomla jeopardy wham".split())
