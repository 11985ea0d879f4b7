"""Domains at which everybody may have a mailbox for nothing, or has one with their internet access.

Those of large providers the world over, and no more: who lists every domain that was ever lent to anybody also lists
companies.
"""

# A name, and what it ends in.
_LARGEST_HOUSES = """
yahoo: com co.uk fr de it es co.in ca com.br com.au co.jp
hotmail: com co.uk fr de it es
outlook: com fr de es it
live: com co.uk fr nl
gmx: de net com at ch
mail: com ru
yandex: ru com
"""
_LARGEST_OTHERS = """
gmail.com googlemail.com msn.com icloud.com aol.com protonmail.com proton.me web.de t-online.de freenet.de
zoho.com orange.fr wanadoo.fr laposte.net libero.it comcast.net verizon.net rediffmail.com qq.com naver.com
"""
_HOUSES = """
yahoo: ie gr se no dk nl at pl ro in cn com.cn com.hk com.tw com.sg com.my com.ph com.vn com.ar com.mx
yahoo: com.co com.tr co.id co.th co.nz co.kr co.za com.ve com.pe cl
hotmail: be nl ca se no dk fi gr ch at co.jp co.th co.il com.br com.ar com.tr com.au com.mx cl co.za co.nz
hotmail: co.in
outlook: at be ie pt dk cz hu sk jp kr sa cl in ph com.br com.ar com.au com.tr com.gr com.vn co.id co.th
outlook: co.il
live: be de it es ca se no dk fi at ie pt cl in jp cn ru com.au com.ar com.mx com.pt com.my com.sg co.za hk
aol: co.uk fr de it es jp com.br com.au
tutanota: com de
tuta: io com
fastmail: com fm net org co.uk de in jp us es
hushmail: com me
hush: com ai
posteo: de net eu
zohomail: com eu in
zoho: eu in
inbox: com lv lt ru
lycos: com co.uk de fr it es nl
excite: com it co.jp
netzero: net com
tiscali: co.uk it fr
o2: co.uk pl
gmx: fr li org eu us co.uk info biz
email: de it cz com
online: de no
vodafone: de it
chello: at nl hu
terra: com.br es com
mail: ee de pt bg
onet: pl eu
poczta: onet.pl fm
interia: pl eu
centrum: cz sk
post: cz sk
walla: com co.il
i: ua softbank.jp
rambler: ru ua
yandex: by kz ua com.tr
vip: qq.com 163.com 126.com sina.com
sina: com cn
bigpond: com net.au
"""
_OTHERS = """
ymail.com rocketmail.com myyahoo.com windowslive.com passport.com aim.com netscape.net me.com mac.com pm.me
protonmail.ch tutamail.com keemail.me sent.com mailfence.com mailbox.org disroot.org riseup.net runbox.com
startmail.com countermail.com lavabit.com hey.com duck.com juno.com earthlink.net mindspring.com att.net
sbcglobal.net bellsouth.net ameritech.net pacbell.net cox.net charter.net spectrum.net optonline.net
optimum.net frontier.com frontiernet.net centurylink.net embarqmail.com windstream.net roadrunner.com rr.com
twc.com suddenlink.net q.com shaw.ca rogers.com sympatico.ca bell.net telus.net videotron.ca btinternet.com
btopenworld.com virginmedia.com ntlworld.com blueyonder.co.uk talktalk.net sky.com plusnet.com eircom.net
arcor.de kabelmail.de unitybox.de aon.at bluewin.ch sunrise.ch hispeed.ch free.fr sfr.fr neuf.fr bbox.fr
numericable.fr club-internet.fr aliceadsl.fr voila.fr skynet.be telenet.be proximus.be ziggo.nl kpnmail.nl
kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl upcmail.nl virgilio.it alice.it tim.it tin.it iol.it
fastwebnet.it inwind.it telefonica.net ono.com sapo.pt uol.com.br bol.com.br ig.com.br globomail.com
oi.com.br telia.com spray.se bredband.net comhem.se tele2.se get2net.dk ofir.dk stofanet.dk suomi24.fi
luukku.com kolumbus.fi wp.pl op.pl gazeta.pl tlen.pl seznam.cz atlas.cz volny.cz azet.sk zoznam.sk
freemail.hu citromail.hu indamail.hu t-online.hu abv.bg dir.bg otenet.gr hol.gr mynet.com netvision.net.il
bezeqint.net ukr.net meta.ua bigmir.net bk.ru list.ru internet.ru ya.ru narod.ru pochta.ru tut.by
foxmail.com 163.com 126.com yeah.net 139.com 189.cn wo.cn sohu.com aliyun.com tom.com hanmail.net daum.net
nate.com kakao.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp au.com nifty.com biglobe.ne.jp so-net.ne.jp
ocn.ne.jp goo.jp infoseek.jp seed.net.tw pchome.com.tw hinet.net singnet.com.sg rediff.com indiatimes.com
optusnet.com.au iinet.net.au internode.on.net tpg.com.au xtra.co.nz mweb.co.za webmail.co.za vodamail.co.za
telkomsa.net iafrica.com prodigy.net.mx ciudad.com.ar fibertel.com.ar arnet.com.ar
"""
# Of one house, mail.com, which lends them to whoever wants a name with a trade in it.
_OF_TRADES = """
accountant.com asia.com cheerful.com consultant.com cyberservices.com dr.com engineer.com europe.com
gardener.com iname.com journalist.com lawyer.com legislator.com lobbyist.com minister.com myself.com
optician.com pediatrician.com planetmail.com politician.com post.com priest.com publicist.com
realtyagent.com registerednurses.com repairman.com representative.com scientist.com sociologist.com
techie.com technologist.com tvstar.com umpire.com usa.com workmail.com writeme.com email.com housemail.com
financier.com columnist.com
"""


def _domains(houses: str, others: str) -> frozenset[str]:
    lines = (line.partition(": ") for line in houses.strip().splitlines())
    return frozenset(others.split()) | {f"{name}.{end}" for name, _, ends in lines for end in ends.split()}


#: those with the most mailboxes, whose names are often written wrong
LARGEST = _domains(_LARGEST_HOUSES, _LARGEST_OTHERS)
FREE_MAIL = LARGEST | _domains(_HOUSES, _OTHERS) | frozenset(_OF_TRADES.split())
