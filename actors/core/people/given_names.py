"""Given names and their short forms, in the languages that our customers sell in: our own selection."""

from functools import cache

# A name, then what those who bear it are called, or how it is spelt elsewhere.
_SHORT_FORMS = """
abigail abby abbie gail; abraham abe bram; adam ad; adelaide addie heidi; adrian ade; agnes aggie; alan al allan
allen; albert al bert bertie albi; alexander alex al sandy xander alec sascha sasha aleksander alexandre alejandro
alessandro olek; alexandra alex sandra sandy lexi sascha sasha aleksandra; alfred alf alfie fred freddie; alice ali
allie; alison ali; alistair al alastair; amanda mandy; amelia amy millie; andrew andy drew andreas andre andrzej
andrea andrei andrey andres; angela angie; ann anna annie anne nancy nan; anthony tony anton antonio antoine antoni
toni ant; antonia toni; archibald archie; arnold arnie; arthur art artie artur arturo; augustus gus august; austin
aus; barbara barb babs basia bobbie; barnabas barney; bartholomew bart; beatrice bea trixie beatriz; benjamin ben
benny benji; bernard bernie bernhard bernd; bradley brad; brendan bren; bridget biddy bridie brigitte; calvin cal;
cameron cam; camilla cam millie; carl karl charles; caroline carol carrie caro karoline carolina; casimir kaz;
cassandra cass cassie sandra; catherine cathy kate katie kathy catharine kat kit kitty cat katherine kathryn
katharina katarzyna kasia katja kathe catarina caterina ekaterina katya; cecilia cece celia cissy; charles charlie
chuck chas chaz carlos karl carlo; charlotte charlie lottie lotte char; christian chris krystian; christina chris
chrissy tina christine kristina kristin krystyna cristina; christopher chris kit topher christoph christophe
cristobal kris krzysztof krzys; clara clare claire; clifford cliff; clinton clint; constance connie; cornelius neil
corny cor kees; curtis curt; cynthia cindy; cyril cy; daniel dan danny dani; daniela dani danielle; david dave davey
davy dawid davide; deborah deb debbie debra; dennis den denny; derek derrick; diana di diane; dominic dom nick
dominik domenico; donald don donnie; dorothy dot dottie dolly dora dorothea; douglas doug; duncan dunc; dwight ike;
edgar ed eddie; edmund ed eddie ned ted; edward ed eddie ned ted teddy eduard eduardo edoardo; edwin ed eddie win;
eleanor ellie nell nora elly leonora eleonore; elijah eli lije; elizabeth liz beth betty eliza lizzie lisa bess
bessie betsy libby elsie liza elisabeth elspeth lisbeth elzbieta ela elisabetta elise; ellen nell nellie helen
elena; emily em emmy millie; emma em; emanuel manny manuel immanuel; eric rick erik; ernest ernie ernst ernesto;
esther essie hester; eugene gene evgeny zhenya jewgeni eugenio; evelyn eve evie; ezekiel zeke; ferdinand ferdi
fernando nando; fiona fi; florence flo florrie; frances fran fanny frankie francesca franziska franzi; francis frank
fran frankie franz francesco francisco paco pancho cisco franck francois chico; franklin frank; frederick fred
freddie freddy rick fritz friedrich frederic federico frederik fryderyk; gabriel gabe gabi; gabriele gabi gabriella
gaby; gareth gaz gary; geoffrey geoff jeff jeffrey; george georgie jorge georg jerzy jurek jorg giorgio georges;
georgina georgie gina; gerald gerry jerry gerhard gerd; gerard gerry gerrit; gertrude trudy gert; gilbert gil bert;
giovanni gianni vanni; giuseppe beppe peppe pino; gordon gord; grace gracie; graham gray; gregory greg gregor
grzegorz gregorio; guillermo memo; gustav gus gustavo; gwendolyn gwen; hannah hanna hanne annie; harold hal harry;
harriet hattie harry; harvey harv; helen nell helena helene ellen; henrietta hettie etta; henry harry hank hal
heinrich heiner heinz hendrik henk henri enrique enrico henryk henrik hinnerk; herbert herb bert; herman herm
hermann; hilary hil; horace horry; howard howie; hubert hugh bert; hugh hughie hugo; ignacio nacho; ian iain; ida
idi; ignatius iggy; irene rene; isaac ike zac; isabella bella izzy bel isabel isabelle isa; isidore izzy; ivan
vanya; jack john jackie; jacob jake jakob jakub kuba jacques jacek; jacqueline jackie; james jim jimmy jamie jem
jaime; jameson jamie; jane janie jenny janet; janet jan; janice jan; jason jay jase; jasmine jas; jean jeannie;
jennifer jen jenny jenn; jeremy jerry jez jeremiah; jerome jerry; jessica jess jessie; jesus chuy; jill gill
gillian; joan joanie; joanna jo joanne joasia; joel jo; johanna hanna jo joanna hanne; john johnny jack jon johann
johannes hans jan juan ivan jean giovanni hannes janek; jonathan jon jonny nathan; jordan jordy; jose pepe; joseph
joe joey josef jupp josep giuseppe jozef sepp; josephine jo josie; joshua josh; joyce joy; juan juanito; judith judy
jude; julia jules julie juliette giulia yulia julka; julian jules juliusz; kazimierz kazik; katarina kata; kelly
kel; kenneth ken kenny; kevin kev; kimberly kim; klaus nikolaus claus; konstantin kostya konstantinos kostas;
kristen kris kristin; kyle ky; lambert bert; larry lawrence; laura laurie lori; laurel laurie; lauren laurie;
lawrence larry laurie lars laurence lorenz lorenzo lorenz laurent; leah lee; leo lev leon; leonard leo len lenny
leonardo leonhard; leslie les; leopold leo poldi; lewis lou lew louis; lillian lily lil liliana; linda lindy lyn;
lloyd loy; louis lou louie ludwig luis luigi ludwik lutz; louise lou lulu luise luisa; lucas luke luc lukas lukasz
luca; lucille lucy; lucy lucia luzie lucie; ludmila mila lyuda; lydia liddy; mackenzie mac; madeline maddie maddy
madeleine magdalena; magdalena lena magda leni; malcolm mal; manuel manolo manu; marcus marc mark markus marco marek
marcos; margaret maggie meg peggy madge marge margie greta peg rita daisy margarete marguerite gretel malgorzata
gosia margarita grete margot; maria mary mia marie mitzi maria maryna masha masza marysia mariusz; marianne mary
ann; marilyn mari lyn; marion mary; mark marc; martha marty patty; martin marty marcin martino; marvin marv; mary
molly polly may mae mamie maria marie; mateusz matt; mathilda tilly mattie matilda; matthew matt matty mat matthias
mathias mateo matteo mateusz mathieu matthieu hias; maureen mo; maurice mo moritz maurizio mauricio; maximilian max
maks maxi maxim massimiliano; melanie mel; melissa mel missy lissa; melvin mel; mercedes merche; michael mike mick
mickey micky mikey michel michal miguel michele mikhail misha mikael michi mischa; michelle shelly chelle mich;
mildred millie; miles milo; miranda randy mira; mitchell mitch; mohammed mo mohamed muhammad mohammad; monica monika
moni; montgomery monty; morris mo; moses mo; muriel mur; myron ron; nadezhda nadia nadya; nancy nan; natalie nat
nattie natalia natasha natascha; nathaniel nat nate nathan; neil neal niall; nelson nel; nicholas nick nicky nico
nicolas nikolas nikolaus klaus niko nikolai kolya mikolaj niccolo colin nicola; nicole nicki nikki nico nicola;
nigel nige; noah noe; nora honora; norman norm; oliver ollie ol olivier; olivia liv livvy ollie; oscar ozzie oskar;
oswald ozzy; pamela pam; patricia pat patty patti trish tricia patrizia; patrick pat paddy patrice patricio patrizio
patryk rick; paul pol pablo paolo pavel pawel paulo pablito; paula paulina pauline polly; pedro perico; penelope
penny; percival percy; peter pete pieter pierre pietro pedro piotr piotrek petr pyotr petya peer piet; peyton pey;
philip phil pip philippe felipe filip filippo philipp flip; phyllis phyl; preston pres; priscilla cilla; quentin
quin; rachel rae rach; rafael rafa raphael raf raffaele; ralph rafe ralf raul; ramon ray; randall randy randolph;
raymond ray raimund ramon; rebecca becky becca bec; reginald reg reggie rex; regina gina; renate reni nate; reuben
ben rube; rhonda ron; richard rick dick rich ricky richie ricardo riccardo ryszard rysiek; rita margarita; robert
bob rob bobby robbie bert roberto robin rupert; roberta bobbie robbie; roderick rod roddy rick; rodney rod; rodrigo
rod; roger rog rodge; roland rolly rolando orlando; ronald ron ronnie; rosalind roz ros; rose rosie rosa; rosemary
rose rosie; roxanne roxy; rudolph rudy rolf rudi rudolf; russell russ rusty; ruth ruthie; ryan ry; salvador chava
salva; salvatore toto turi; samantha sam sammy; samson sam; samuel sam sammy; sandra sandy alessandra; sarah sally
sadie sal sara; scott scotty; sean shaun shane; sebastian seb bas basti bastian sebastien; sergey serge sergio
seryozha serhii sergei; seymour cy; sharon shari; shelley shel; sheila shel; shirley shirl; sidney sid syd; simon si
simone szymon; sofia sophie sophia zofia zosia sonja; solomon sol saul; stanislav stan stas stanislaw staszek;
stanley stan; stefania steffi; stella estelle; stephanie steph stevie steffi stefanie; stephen steve stevie steven
stefan stephan etienne esteban stefano szczepan steffen stephane; stuart stu stewart; susan sue susie suzanne sanna
susanne suzy susanna zuzanna; svetlana sveta lana; sylvester sly; sylvia syl silvia; tabitha tabby; tamara tammy
toma; tatiana tanya tania tatjana; teresa terry tess tessa theresa tracy resi teresita; terence terry; thaddeus tad
thad tadeusz tadek; theodora dora thea; theodore ted teddy theo theodor teodor fyodor; thomas tom tommy tomas tomasz
tommaso tomek thom; timothy tim timmy timo; tobias toby tobi; todd toddy; trevor trev; ulrich uli ulli; ulrike uli
rike; ursula uschi ulla; valentina val valya; valerie val; vanessa ness nessa; vera veronika; veronica ronnie vera
vroni veronika; vicente chente; victor vic viktor vittorio; victoria vicky tori vic viktoria; vincent vince vinnie
vincenzo enzo vicente; viola vi; virginia ginny ginger; vivian viv; vladimir vlad volodya vova wladimir wolodymyr;
waldemar waldek; walter walt wally wat walther; wanda wendy; warren wes; wayne wy; wesley wes; wilfred will fred
wilf; wilhelmina mina willa billie; willard will; william will bill billy willie liam wilhelm willi guillaume
guillermo guglielmo willem wim; winifred winnie fred; winston win; wolfgang wolf wolfi; yevgenia zhenya; yvonne
vonnie; zachary zach zack zac; zbigniew zbyszek; agnieszka aga; malgorzata gosia; wojciech wojtek; jaroslaw jarek;
slawomir slawek; przemyslaw przemek; dmitry dima dmitri dmitriy dmytro dimitri; anastasia nastya asya; ksenia xenia;
olga olya; pavel pasha; roman roma; ruslan rus; boris borya; galina galya; irina ira iryna; larisa lara; lyubov
lyuba; oksana ksana; viacheslav slava vyacheslav; yaroslav slava; yuri yura yuriy iurii juri; alexei alyosha;
aleksey alexey lyosha oleksii alexej; concepcion concha conchita; dolores lola lolita; enrique kike quique; ignazio
nacho; jaime jimmy; javier javi xavier; rosario charo; santiago santi diego; pilar pili; gonzalo gonza; domenico
mimmo; luigi gigi; raffaele lello; emanuele lele; jeanbaptiste jb; jeanpierre jp; jeanclaude jc; alphonse fonfon;
hansjurgen hajo; joachim jochen achim joaquin kim; dietrich dieter; burkhard burk; eberhard ebbe; ekkehard ekki;
karlheinz kalle; sigmund siggi; siegfried siggi; reinhard reini; hildegard hilde; gudrun gudi; liselotte lilo lotte;
mechthild metta
"""


def are_one(one: str, other: str) -> bool:
    """Whether two given names, in small letters without accents, may be the same person's."""
    return one == other or not _groups().get(one, frozenset()).isdisjoint(_groups().get(other, frozenset()))


@cache
def _groups() -> dict[str, frozenset[str]]:
    """For each name those whose short form it may be."""
    groups: dict[str, set[str]] = {}
    for entry in _SHORT_FORMS.split(";"):
        formal, *others = entry.split()
        for name in (formal, *others):
            groups.setdefault(name, set()).add(formal)
    return {name: frozenset(formal) for name, formal in groups.items()}
