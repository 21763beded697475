"""What sites say around their content, in English, German and Chinese: the phrases themselves.

How they are looked for is in mining/boilerplate.py.
"""

# The rest of the sentence; and a place where a phrase may end, but no sentence goes on.
_REST = r"[^.!?。！？]*"
_END = r"(?= ?[^\w ]| ?$)"
_SITES = (
    r"(?:facebook|twitter|instagram|linked ?in|pinterest|whatsapp|telegram|reddit|tumblr|youtube|"
    r"xing|google ?(?:\+|plus)?|e-?mail|social media|rss|x\b)"
)
# What a link is clicked for.
_GOALS = (
    "read|view|see|watch|download|learn|subscribe|register|sign|log|continue|find|get|more|visit|"
    "return|go|print|buy|order|join|share|donate|reply|contact|full|cancel|want|wish|need|have"
)
_SITES += rf"(?:(?:,| and| or| und| oder|,? ?[&/|])? {_SITES})*"

# (how phrases open, in so many letters; how they go on, as a regular expression). All in lower
# case. What opens a phrase is looked for at the head of every text, and the rest only there.
_ENGLISH = (
    # cookies, terms
    (
        "we use |we also use |this site uses |this website uses |this page uses |our site uses |"
        "our website uses |our shop uses |the site uses ",
        r"(?:[\w-]+ ){0,3}cookies(?: (?:and|or) (?:[\w-]+ ){1,3}technologies)?"
        rf"(?:[.!]|$|,? (?:to|for|so|in order|on|that|which) {_REST})",
    ),
    (
        "by continuing |by using |by clicking |by browsing |by visiting |by closing |by scrolling ",
        rf"{_REST}you (?:agree|consent|accept){_REST}",
    ),
    (
        "we value your privacy|we care about your privacy|we respect your privacy|"
        "your privacy is important to us",
        _END,
    ),
    ("you agree to |you consent to ", rf"(?:our|the) (?:use|terms|privacy){_REST}"),
    (
        "accept |reject |allow |decline |manage ",
        r"(?:all|necessary|optional|cookies)(?: cookies)?(?: preferences| settings)?" + _END,
    ),
    ("necessary cookies|essential cookies", " only"),
    (
        "cookie |cookies |privacy |consent |your privacy |your cookie |manage cookie |"
        "change cookie |manage consent|view our privacy |read our privacy |see our privacy ",
        rf"(?:policy|notice|statement|settings?|preferences?|choices?|options?){_END}",
    ),
    ("terms of use|terms of service|terms and conditions|terms & conditions", _END),
    # rights
    (
        "copyright 19|copyright 20|copyright ©|copyright: |copyright by |copyright (c)|© 19|© 20|"
        "©19|©20|© copyright|c) 19|c) 20|c) copyright",
        rf"{_REST}(?:\.(?:com|org|net|de){_REST})?",
    ),
    ("all rights reserved|all right reserved|all rights are reserved", "(?: worldwide)?"),
    (
        "no part of this |reproduction |redistribution |republication ",
        rf"{_REST}without {_REST}(?:permission|consent){_REST}",
    ),
    ("powered by |proudly powered by ", r"[\w.-]+(?: [\w.-]+){0,2}$"),
    (
        "website by |web design by |webdesign by |site by |site design by |design by |"
        "designed by |theme by |theme: ",
        r"[^.!?]{0,40}$",
    ),
    # browsers
    (
        "enable javascript|turn on javascript|switch on javascript|activate javascript|"
        "allow javascript|enable cookies|enable java script",
        _REST,
    ),
    (
        "javascript |java script ",
        r"(?:must|has to|is|appears to|seems to|needs to|support)(?: be)? (?:\w+ ){0,3}"
        rf"(?:enabled|disabled|required|turned|needed|switched|unavailable){_REST}",
    ),
    (
        "cookies ",
        rf"(?:must be|are (?:\w+ )?(?:disabled|required|enabled|blocked)|(?:help|allow|"
        rf"enable) us){_REST}",
    ),
    (
        "you need to |you must |you have to |you'll need to |it looks like ",
        r"(?:(?:enable|have|turn on|allow|activate|update|upgrade) |you have |your browser )"
        rf"{_REST}(?:javascript|cookies|browser){_REST}",
    ),
    (
        "this site |this website |this page |this app |this application |this feature |this form |"
        "our site |our website ",
        rf"(?:requires|needs|relies on|works best with) (?:\w+ ){{0,2}}javascript{_REST}",
    ),
    (
        "for full functionality |for the best |to view this |to use this |in order to view |"
        "in order to use |to see this |to enjoy ",
        r"[^.!?]{0,80}(?:enable|allow|turn on|activate|switch on) "
        rf"[^.!?]{{0,20}}(?:javascript|cookies){_REST}",
    ),
    (
        "your browser |your web browser |your internet browser ",
        r"(?:do|is|has|may|can)"
        rf"(?:es)?(?:n['’]t| not| out| too| currently| javascript| blocks?| no longer){_REST}",
    ),
    ("you are using a", rf"n? (?:old|outdated|unsupported|older version){_REST}browser{_REST}"),
    ("upgrade your browser|update your browser|upgrade to a modern browser", _REST),
    # sharing
    (
        "share |tweet |pin |post |like |follow |find us |join us |print |connect ",
        r"(?:(?:us|this|it|the|article|page|post|story|now|with us|with friends) )*"
        rf"(?:on|via|to|by|with|at) {_SITES}{_END}",
    ),
    ("click to share|click to email|click to print", r"(?: [\w-]+){0,6}"),
    ("opens in new |opens in a new ", "(?:window|tab)"),
    (
        "share this|print this|email this|bookmark this|tell a friend|send to a friend|"
        "email to a friend|e-mail this",
        rf"(?: (?:article|page|post|story|entry|:|to a friend))*{_END}",
    ),
    (
        "subscribe to |subscribe now |sign up for |sign up to ",
        r"(?:(?:our|the|my|free|weekly|daily|monthly|e-?mail|latest|this|receive|get|by) )*"
        rf"(?:newsletters?|feed|rss|updates|mailing list|e-?mail|blog|comments){_REST}",
    ),
    # accounts
    (
        "log in|login|sign in|log on|sign on",
        r"(?: (?:or|and|/|\|) (?:register|sign ?-?up|join|create an account))?"
        rf"(?: (?:here|now|with {_SITES}))?(?:{_END}| to (?:reply|comment|post|continue|view|leave|"
        rf"join|rate|vote|your account|download|read|see|add|access|submit|save){_REST})",
    ),
    (
        "you must be |you need to be |you have to be |you must log|you must sign|you must register|"
        "you need to log|you need to sign|you need to register|you have to log|be logged ",
        r"(?:logged|registered|signed|[ -]?in\b| a registered| a member)(?:[ -]?(?:in|up|on))?"
        rf"(?: or [\w ]+)?(?:,? (?:to|before|in order|if) {_REST}|$|[.!])",
    ),
    (
        "forgot password|forgot your password|lost password|lost your password|"
        "forgotten password|forgotten your password|forgot username",
        rf"(?: or username)?\??{_END}",
    ),
    ("remember me|keep me logged in|keep me signed in", _END),
    (
        "create an account|create a new account|create your account|create account|open an account",
        _END,
    ),
    (
        "don't have an account|don’t have an account|do not have an account|"
        "already have an account|already a member|already registered|not a member",
        rf"(?: yet)?\??{_END}",
    ),
    ("register now|register here|sign up now|sign up today|sign up here|join now|join today", _END),
    # ways on
    (
        "click here|tap here|click on the link|click the link|click this link|click on the image|"
        "click the image|click the button|click on image",
        rf"(?: below| above)?(?:{_END}| (?:to|for|if you) (?:{_GOALS})[^.!?]{{0,40}})",
    ),
    (
        "read |learn |show |view |see |load |find out |discover |get ",
        r"(?:more|the full|full|all (?:comments|posts|reviews|articles))"
        r"(?: (?:articles?|story|post|review|details|comments|posts|news|info|information))?"
        rf"(?: (?:about|on|from|at|by|in) [^.!?]{{0,50}}$| here| now| ?[»›>…]|{_END})",
    ),
    ("continue reading|keep reading", rf"(?: [^.!?]{{0,60}}$|{_END})"),
    (
        "skip to |jump to |go to |back to |return to |go back to ",
        r"(?:the )?(?:main |site |page )?(?:content|top|navigation|menu|home|homepage|overview|"
        rf"search)(?: page)?{_END}",
    ),
    (
        "next |previous |older |newer ",
        r"(?:post|article|page|entry|entries|posts|story|topic|articles)"
        rf"(?:{_END}| (?=next|prev|old|new))",
    ),
    (
        "leave a reply|leave a comment|post a comment|write a review|add a comment|add comment|"
        "leave your comment|write a comment|post a reply|add your comment",
        _END,
    ),
    (
        "no comments|be the first to |there are no comments|no reviews|comments are closed|"
        "comments off",
        rf"(?:comment|review|reply|rate|like)?(?: yet)?(?:{_END}| (?:on|to|this) [^.!?]{{0,40}}$)",
    ),
    (
        "your email address will |your e-mail address will |your email will not |"
        "required fields are |notify me of |notify me by |notify me when |notify me via |"
        "this site uses akismet",
        _REST,
    ),
    (
        "add to cart|add to basket|add to bag|add to wishlist|add to wish list|add to favorites|"
        "add to favourites|add to compare|add to my |save to wishlist|buy now|order now|shop now|"
        "book now|download now|subscribe now|apply now|donate now|out of stock|in stock",
        _END,
    ),
    (
        "this entry was |this post was |this article was ",
        rf"(?:posted|filed|published|tagged|last){_REST}",
    ),
    ("all times are ", r"(?:gmt|utc|est|cet).*"),
    (
        "page not found|contact us|about us|sitemap|site map|related posts|related articles|"
        "home|faq|recent posts|recent comments",
        rf"(?:{_END}| (?=page not|contact|about|site|related|home|faq|recent|privacy|terms|log))",
    ),
    (
        "posted in |posted by |filed under |posted on |published on |submitted on |last updated|"
        "last modified|last edited|posted at ",
        r"[^.!?]{0,60}$",
    ),
)
_GERMAN = (
    (
        "wir verwenden |wir nutzen |wir setzen |wir benutzen |diese website verwendet |"
        "diese website nutzt |diese website benutzt |diese website setzt |"
        "diese webseite verwendet |diese webseite nutzt |diese webseite benutzt |"
        "diese seite verwendet |diese seite nutzt |"
        "diese seite benutzt |unsere website verwendet |unsere website nutzt |"
        "unsere webseite verwendet |unsere webseite nutzt |unsere seite verwendet |"
        "diese internetseite verwendet |dieser shop verwendet |dieses angebot verwendet ",
        rf"(?:[\w/-]+ ){{0,5}}cookies{_REST}",
    ),
    (
        "um die webs|um die seite|um ihnen |um dir |um unsere |um diese |um alle funktionen|"
        "um den vollen|für die nutzung|für eine optimale|damit wir |durch die nutzung|"
        "durch die weitere|durch ihren besuch|mit der nutzung|mit der weiteren|mit ihrem besuch|"
        "wenn sie diese|wenn sie die |wenn sie auf |wenn sie unsere|wenn sie weiter|"
        "wenn sie fort|indem sie |zur nutzung ",
        r"[^.!?]{0,100}(?:(?:verwenden|nutzen|setzen|verwendet|nutzt|setzt) [^.!?]{0,40}cookies|"
        r"(?:site|seite|nutzung|surfen|cookies)[^.!?]{0,80}(?:einverstanden|stimmen sie|"
        r"stimmst du|cookies)|"
        r"javascript[^.!?]{0,60}(?:aktivier|einschalt|eingeschalt|erlaub|benötig|zugelass))"
        rf"{_REST}",
    ),
    (
        "ihre privatsphäre ist uns wichtig|wir respektieren ihre privatsphäre|"
        "der schutz ihrer daten ist uns wichtig",
        _END,
    ),
    ("cookies erleichtern|cookies helfen|cookies ermöglichen|die cookies ", _REST),
    (
        "alle cookies |alle |cookies |nur notwendige |nur essenzielle |auswahl ",
        rf"(?:cookies )?(?:akzeptieren|ablehnen|zulassen|verwalten|erlauben|bestätigen){_END}",
    ),
    (
        "cookie-|cookie |cookies-|datenschutz|datenschutz-|privatsphäre-|privatsphären",
        r"(?:einstellungen|richtlinien?|hinweise?|erklärung|bestimmungen|präferenzen)?"
        rf"(?: (?:verwalten|anpassen|ändern|öffnen|anzeigen)|{_END}"
        "| (?=impressum|agb|nutzung|kontakt))",
    ),
    (
        "impressum|nutzungsbedingungen|allgemeine geschäftsbedingungen|agb|widerrufsbelehrung|"
        "widerrufsrecht|haftungsausschluss|kontakt",
        rf"(?:{_END}| (?=impressum|agb|nutzung|kontakt|datenschutz|cookie|widerruf))",
    ),
    ("alle rechte vorbehalten|alle rechte sind vorbehalten|alle rechte bleiben vorbehalten", ""),
    (
        "nachdruck|der nachdruck|vervielfältigung|die vervielfältigung|weiterverbreitung",
        rf"[^.!?]{{0,80}}(?:verboten|untersagt|genehmigung|zustimmung|gestattet){_REST}",
    ),
    (
        "alle angaben |alle preise ",
        r"(?:sind (?:ohne|inkl|end|in euro)|ohne|inkl|in euro|verstehen)[^!?]*",
    ),
    (
        "zzgl. |inkl. |zzgl |inkl |incl. ",
        r"(?:(?:gesetzl\w*|der|\d+ ?%)\.? )*(?:versand\w*|mwst|mehrwertsteuer|ust)\.?",
    ),
    (
        "aktivieren sie |aktiviere |schalten sie |erlauben sie ",
        rf"[^.!?]{{0,20}}(?:javascript|cookies){_REST}",
    ),
    (
        "ihr browser |dein browser |der browser |ihr webbrowser |ihr internetbrowser |"
        "der von ihnen ",
        rf"{_REST}(?:javascript|cookies|veraltet|nicht unterstützt|unterstützt (?:kein|dies))"
        rf"{_REST}",
    ),
    (
        "javascript |java script ",
        r"(?:ist|muss|scheint|wurde|wird|in ihrem|aktivieren|einschalten)"
        r"(?:[^.!?]{0,60}(?:aktiviert|deaktiviert|ausgeschaltet|benötigt|eingeschaltet|"
        r"abgeschaltet|"
        rf"erforderlich){_REST}|$|[.!])",
    ),
    (
        "auf facebook |auf twitter |auf instagram |auf x |auf linkedin |auf xing |auf pinterest |"
        "auf whatsapp |auf google|bei facebook |bei twitter |bei xing |bei linkedin |"
        "über facebook |über whatsapp |via facebook |via twitter |via whatsapp |via e-mail |"
        "via email |per e-mail |per mail |per email |per whatsapp |mit facebook |mit google",
        r"[^.!?]{0,40}(?:teilen|posten|empfehlen|folgen|merken|versenden|weiterleiten|anmelden)",
    ),
    (
        "teilen |folgen |folgt uns |folge uns |folgen sie uns |twittern |besuchen sie uns |"
        "besucht uns |finden sie uns ",
        rf"(?:sie )?(?:uns )?(?:auch )?(?:auf|bei|über|via|per|mit) {_SITES}{_END}",
    ),
    (
        "artikel |beitrag |seite |inhalt |rezept |link |diesen artikel |diesen beitrag |"
        "diese seite |den artikel |den beitrag ",
        r"(?:(?:auf|bei|über|via|per) \S+ )?(?:teilen|drucken|empfehlen|weiterempfehlen|"
        rf"weitersagen|merken|kommentieren|versenden|bewerten|ausdrucken|nicht gefunden){_END}",
    ),
    (
        "sie müssen |du musst |man muss |bitte ",
        r"(?:(?:sich|dich|zuerst|erst) )*"
        rf"(?:angemeldet|eingeloggt|einloggen|anmelden|registriert|registrieren){_REST}",
    ),
    (
        "melden sie sich |melde dich |loggen sie sich |logge dich |log dich ",
        rf"(?:bitte )?(?:an|ein)(?:,? (?:um|oder|und) {_REST}|{_END})",
    ),
    (
        "anmelden|registrieren|einloggen|login|neu registrieren|kostenlos registrieren|"
        "jetzt anmelden|jetzt registrieren|jetzt einloggen|hier anmelden|hier registrieren",
        r"(?: (?:oder|und|/) (?:neu )?(?:registrieren|anmelden|einloggen))?"
        rf"(?:,? um {_REST}|{_END})",
    ),
    (
        "passwort vergessen|kennwort vergessen|zugangsdaten vergessen|angemeldet bleiben|"
        "noch kein konto|noch kein mitglied|noch kein account|noch kein benutzerkonto|"
        "noch kein kunde|schon registriert|schon mitglied|konto erstellen|konto anlegen|"
        "kundenkonto anlegen|kundenkonto erstellen|benutzerkonto erstellen|account erstellen|"
        "neues konto erstellen|neues benutzerkonto",
        _END,
    ),
    (
        "newsletter |zum newsletter |unseren newsletter |den newsletter |abonnieren sie |"
        "für den newsletter |für unseren newsletter ",
        rf"[^.!?]{{0,40}}(?:abonnieren|anmelden|bestellen|newsletter|eintragen){_REST}",
    ),
    (
        "weiterlesen|weiter lesen|artikel lesen|beitrag lesen|artikel weiterlesen",
        rf"(?: (?:auf|bei|»|…)[^.!?]{{0,30}}|{_END})",
    ),
    (
        "mehr ",
        r"(?:lesen|erfahren|anzeigen|infos?|informationen|dazu|details|laden|sehen|zum thema)"
        r"(?: (?:hier|zu[mr]?|über) [^.!?]{0,40}$| hier| erfahren| anzeigen| erhalten sie hier"
        rf"|{_END})",
    ),
    (
        "alle |weitere ",
        r"(?:infos?|informationen|artikel|beiträge|meldungen|nachrichten|details) "
        rf"(?:anzeigen|lesen|ansehen|finden sie hier|hier|gibt es hier){_END}",
    ),
    (
        "klicken sie |klicke |klick |klickt |hier klicken|einfach hier klicken",
        r"(?:(?:bitte|einfach) )?(?:hier|auf (?:den|diesen)(?: folgenden)? link|auf das bild)?"
        rf"(?:{_END}|,? (?:um|für|wenn) (?:mehr|weiter|den ganzen|den vollst|alle|zu[mr]? |sie) ?"
        r"[^.!?]{0,40})",
    ),
    (
        "zum |zur |direkt zum |direkt zur |zurück zum |zurück zur ",
        r"(?:inhalt|hauptinhalt|seitenanfang|seitenende|warenkorb|merkzettel|startseite|übersicht|"
        r"navigation|hauptnavigation|kasse|merkliste|wunschliste|produkt|shop|homepage|anfang)"
        rf"(?: (?:springen|hinzufügen|wechseln|gehen|zurück))?{_END}",
    ),
    ("in den warenkorb|in den einkaufswagen|in den korb", rf"(?: legen)?{_END}"),
    ("nach oben|zurück", rf"(?: scrollen)?{_END}"),
    (
        "nächste |nächster |vorherige |vorheriger |vorige |ältere |neuere |nächstes |vorheriges ",
        r"(?:seite|beitrag|beiträge|artikel|eintrag|einträge|thema)"
        rf"(?:{_END}| (?=nächst|vorh|ältere|neuer))",
    ),
    (
        "kommentar |kommentare |einen kommentar |bewertung |antwort |eine antwort |"
        "neuen kommentar |keine kommentare|noch keine kommentare|noch keine bewertungen|"
        "ihren kommentar ",
        rf"(?:schreiben|hinterlassen|verfassen|hinzufügen|abgeben|abschicken|anzeigen)?{_END}",
    ),
    (
        "ihre e-mail-adresse wird |deine e-mail-adresse wird |ihre email-adresse wird |"
        "erforderliche felder |pflichtfelder sind |alle zeitangaben |dieser eintrag wurde |"
        "dieser beitrag wurde |dieser artikel wurde ",
        r"(?:nicht veröff|sind mit|mit|in |am |von|um|veröff|geschrieb|verfasst|unter|zuletzt).*",
    ),
    (
        "veröffentlicht |geschrieben |verfasst |eingestellt |gepostet |zuletzt aktualisiert|"
        "zuletzt geändert|zuletzt bearbeitet|letzte änderung|letzte aktualisierung|erstellt am",
        r"(?: ?(?:am|von \w+ am|um|vor)\b|:)? ?\d[^!?]{0,40}$",
    ),
)
_CHINESE = (
    ("版权|版權|著作权|著作權", "(?:归|歸|为|属|屬|均|所有|©|声明|：)[^。！？；]{0,30}"),
    (
        "保留所有|保留一切|保留全部|侵权必究|翻版必究|违者必究|保留最终",
        "(?:权利|權利|解释权)?(?=\\W|$)",
    ),
    (
        "未经|未經",
        "[^。！？]{0,25}(?:许可|授权|允许|同意|許可|授權)[^。！？]{0,12}(?:不得|禁止|严禁|谢绝|請勿|请勿)"
        "[^。！？]{0,12}(?:转载|轉載|复制|複製|使用|摘编|传播|引用|翻印)[^。！？]*",
    ),
    (
        "转载|轉載|如需转载|欢迎转载|歡迎轉載|谢绝转载|禁止转载|严禁转载|本文转载|本文转自|本站文章|"
        "本站所有|本网站所有|凡本网",
        "[^。！？]{0,25}(?:注明|註明|標明|标明|许可|授权|来源|出处|禁止|版权|原作者|侵权)[^。！？]*",
    ),
    (
        "京icp|沪icp|粤icp|浙icp|苏icp|icp备|icp证|增值电信业务|网络文化经营|京公网安|沪公网安|"
        "粤公网安|浙公网安",
        "[^。！？]*",
    ),
    (
        "本站|本网站|本網站|我们使用|我們使用|我们会使用|此网站|该网站|本网页|为了给您|为了提供",
        "[^。！？]{0,40}cookies?[^。！？]*",
    ),
    (
        "我们重视您的隐私|继续浏览|继续使用|继续访问|繼續瀏覽|繼續使用",
        "[^。！？]{0,30}(?:同意|接受|視為|视为)[^。！？]*|(?=\\W|$)",
    ),
    ("接受|拒绝|允许|管理|同意", "(?:所有|全部|必要)? ?(?:的 ?)?cookies?(?: ?设置)?(?=\\W|$)"),
    (
        "隐私|隱私|私隱|使用条|使用條|服务条|服務條|用户协|用戶協|免责|免責|法律声|法律聲|服务协",
        "(?:权?(?:政策|声明|條款|条款|聲明|保护)|款|议|議|明)(?=\\W|$)",
    ),
    (
        "请启用|请开启|请打开|请允许|請啟用|請開啟|请在浏览器|请先启用|请您启用",
        "[^。！？]{0,12}(?:javascript|cookie)[^。！？]*",
    ),
    ("javascript", "[^。！？]{0,12}(?:禁用|启用|停用|啟用|关闭|不支持)[^。！？]*"),
    (
        "您的浏览器|你的浏览器|您的瀏覽器|您使用的浏览器|您当前的浏览器|你使用的浏览器",
        "[^。！？]{0,3}(?:不支持|不支援|过低|过旧|太旧|版本|禁用|未启用|javascript)[^。！？]*",
    ),
    (
        "分享到|分享至|一键分享|转发到|转发至|分享给|分享本文|分享此文|分享這|轉發到",
        "[：:]?(?:[ 、，/|]?(?:微信|微博|新浪微博|腾讯微博|朋友圈|qq好友|qq空间|qq|豆瓣|人人网|"
        "好友|朋友|facebook|twitter|line|更多|群组|群組))*(?=\\W|$)",
    ),
    (
        "扫一扫|掃一掃|扫描|扫码|长按|長按|识别|掃描|关注我们|關注我們|关注本站|关注官方|微信扫",
        "[^。！？]{0,12}(?:二维码|二維碼|微信|公众号)[^。！？]*|(?=\\W|$)",
    ),
    (
        "您需要登录|您需要先登录|需要登录|必须登录|请先登录|请登录|登录后|登录以后|登錄後|請先登入|登入後|"
        "您尚未登录|您还没有登录|您必须登录|请您登录|你需要登录|您需要登錄|請登入",
        "[^。！？]{0,8}(?:发表|发布|发言|回复|查看|評論|评论|回帖|下载|下載|發表|浏览|繼續|继续|回覆|"
        "留言|参与|注册|注冊)[^。！？]{0,30}|(?:账号|帐号|帳號)?(?=\\W|$)",
    ),
    (
        "立即注册|马上注册|免费注册|用户登录|会员登录|会员注册|用户注册|登录|注册|註冊|登入|登錄|"
        "立即登录|快速登录|免費註冊|立即註冊|會員登入|新用户注册|自动登录|记住我|忘记密码|忘記密碼|找回密码|"
        "没有账号|没有帐号|已有账号|已有帐号",
        "(?:账号|会员|帐号|新用户|帳號|會員)?[？?]?(?=\\W|$)",
    ),
    (
        "点击这里|点击此处|點擊這裡|點擊此處|点击查看|点击进入|点击下载|点击阅读|点击上方|点击下方|"
        "点击右上角|点击图片|点击链接|點擊閱讀|點擊下載|点击以下|點此|点此",
        "[^。！？]{0,4}(?:(?:查看|进入|下载|阅读|了解|购买|注册|登录|返回|更多|观看|看更多|報名|报名|"
        "分享|閱讀|下載|觀看|詳細|详细)[^。！？]{0,14}|(?=\\W|$))",
    ),
    (
        "阅读全文|阅读更多|阅读原文|閱讀更多|閱讀全文|查看更多|查看全部|查看详情|查看全文|展开全文|"
        "显示全部|浏览更多|加载更多|顯示更多|了解更多|了解详情|瞭解更多|更多详情|更多内容|更多信息|"
        "更多精彩|更多文章|展开剩余|查看所有",
        "(?:内容|文章|信息|评论)?(?=\\W|$)",
    ),
    (
        "返回顶部|返回首页|返回列表|返回上一页|返回頂部|返回首頁|返回主页|返回目录|回到顶部|回到首页|"
        "回到頂部|跳至正文|跳到主要内容|跳至内容|设为首页|設為首頁|加入收藏|收藏本站|收藏本页|加入最愛",
        "(?=\\W|$)",
    ),
    (
        "上一篇|下一篇|上一则|下一则|上一条|下一条|上一个|下一个",
        "(?:文章)?[：:].*|(?:文章)?(?=\\W|$)",
    ),
    ("上一页|下一页|上一頁|下一頁|上一章|下一章", "(?=\\W|$)"),
    (
        "加入购物车|加入購物車|放入购物车|添加到购物车|加入收藏夹|加入心愿单|立即购买|立即下载|"
        "立即預訂|立即预订|立即咨询|立即申请|立即購買|立即下載|发表评论|發表評論|发布评论|添加评论|提交评论|"
        "我要评论|网友评论|查看评论|发表回复|發表回覆|我要留言|暂无评论|还没有评论|暂无留言",
        "(?=\\W|$)",
    ),
    (
        "您的电子邮箱|您的邮箱|您的电子邮件|你的邮箱|您的電子郵件|必填项已用|必填項已用|必填欄位",
        "[^。！？]{0,6}(?:不会|不會|标注|標示|公开)[^。！？]*",
    ),
    (
        "联系我们|聯絡我們|聯繫我們|关于我们|關於我們|关于本站|网站地图|網站地圖|网站导航|网站首页|"
        "网站声明|友情链接|友情連結|相关链接|相关阅读|相关文章|相关推荐|相關文章|广告服务|商务合作|"
        "广告合作|招商加盟|诚聘英才|人才招聘|网站建设",
        "(?=\\W|$)",
    ),
    (
        "责任编辑|責任編輯|文章来源|来源|作者|发布时间|技术支持|客服热线|客服电话|服务热线|"
        "举报电话|违法和不良信息|当前位置|您的位置|您现在的位置|發佈時間|發表時間",
        "[^。！？：:]{0,8}[：:].{0,20}",
    ),
)

PHRASES = (*_ENGLISH, *_GERMAN, *_CHINESE)
