"""Local parts that name a desk, a duty or a machine, and nobody, by language."""

# No word that is also somebody's name: will, grant, bill, art.
_PEOPLE_IN_CHARGE = """
admin administration administrator administrators backoffice board ceo cfo chairman cio ciso cmo coo crew
cto director directors employees everyone executive executives founders frontdesk frontoffice group
headoffice hq management manager managers office officeadmin officemanager offices owner partner partners
people president principal principals reception receptionist secretariat secretary staff team teams
treasurer trustees
"""
_MONEY_AND_LAW = """
account accountant accountants accounting accounts accountspayable accountsreceivable audit auditor billing
bookkeeping budget buying compliance contracts controller controlling credit creditcontrol dataprotection
dpo finance financial gdpr insurance invoice invoices invoicing legal legals licensing payment payments
payroll privacy procurement purchase purchases purchasing refund refunds tax taxes treasury
"""
_SELLING = """
adops ads advertise advertisement advertising affiliate affiliates agency agents b2b bids biz bizdev brand
branding business businessdevelopment campaign campaigns channel client clients clientservice clientservices
commercial crm csm customer customercare customers customerservice customerservices customersuccess
customersupport deals distribution distributors enquiries enquiry estimates estimating event events export
exports import imports inbound inquiries inquiry insidesales leads loyalty market marketing marketplace
merchandising newbusiness offers order orders outreach partnership partnerships presales pricing promo
promos promotion promotions proposals quotation quotations quote quotes reseller resellers retail sale sales
salesadmin salesteam shop shopping sponsor sponsors sponsorship store stores subscription subscriptions
tenders trade trading wholesale
"""
_SERVICE = """
appointment appointments ask assistance booking bookings care claims complaint complaints concierge connect
contact contacts contactus dispatch faq feedback general generalinfo hallo hello help helpdesk hi hotline
info infodesk infoline information infos mail mailbox main member members membership office365 onboarding
question questions register registration registrations reservation reservations returns returnsdesk reviews
rma service servicedesk services support supportdesk supportteam ticket tickets warranty welcome
"""
_MAKING = """
architecture catering construction delivery design designers driver drivers editor editorial editors ehs
engineering engineers facilities facility factory fleet freight health housekeeping hse installation
inventory lab laboratory logistics maintenance manufacturing operations ops planning plant pmo product
production products productteam project projects property publishing qa qc quality receiving repair repairs
research rnd safety scheduling science security shipping spares studio supply supplychain technical
technician technology training transport transportation travel warehouse workshop
"""
_STAFF = """
academics academy admissions alumni benefits campus career careers coaching education employment enrollment
faculty hiring hr humanresources internship internships job jobs library people peopleops personnel recruit
recruiter recruiters recruiting recruitment registrar resume resumes school student students talent teachers
vacancies volunteer volunteering volunteers work
"""
_TELLING = """
analytics blog comms communication communications community content copyright creative digital donate
donations fundraising giving investor investorrelations investors ir media mediarelations news newsdesk
newsletter newsletters newsroom newswire partnersupport photos podcast pr press pressoffice public publicity
publicrelations social socialmedia speakers stories submissions subscribe survey surveys unsubscribe video
web webinar webinars website
"""
_MACHINES = """
abuse alert alerts api app apps automated backup bot bounce bounced bounces bugs calendar ci cloud cron
daemon data dba demo deploy dev developer developers development devnull devops devs dns domains donotreply
download downloads email engine error errors feed ftp hostmaster infosec infra infrastructure invitations it
itdesk ithelp itsupport list listserv login logs mailerdaemon mailman majordomo master me monitor monitoring
network news nobody noc noreplies noreply notification notifications null oncall phish phishing platform
postmaster reminder reminders reply report reporting reports request requests response root scan scanner
secure server soc software spam status subscriber sysadmin sysadmins system systems tech techsupport telecom
test testing tests update updates usenet user users uucp verification verify virus voicemail webadmin
webmail webmaster webteam www
"""
_HOUSES = """
all allstaff ambassador ambassadors announcement announcements church clinic coach coaches committee
conference consultant consultants contractor contractors coordinator corporate council course courses
database ecommerce enterprise everybody expert experts franchise global growth head headquarters hosting
hotel innovation instructor instructors integration integrations internal international interns labs
leadership learning leasing mailing mentor mentors merchant merchants official online parts pastor
performance professor program programs publisher publishers receipts referrals restaurant seo solutions
success supervisor teacher trainers vendor vendors
"""
_GERMAN = """
anfrage anfragen angebote auftraege auftrag ausbildung azubi beratung bestellung bestellungen bewerber
bewerbung bewerbungen buchhaltung buero datenschutz dialog disposition einkauf empfang fibu finanzen
garantie geschaeftsfuehrung geschaeftsleitung hausverwaltung immobilien jugend kanzlei karriere kasse
kontakt kunden kundenbetreuung kundendienst kundenservice lager leitung lohn mahnung mitglieder montage
museum personal personalabteilung planung post poststelle praxis presse produktion projekte rechnung
rechnungen rechnungswesen reklamation schule sekretariat technik termin termine verein verkauf versand
vertrieb verwaltung vorstand werbung werkstatt zentrale
"""
_FRENCH = """
accueil achat achats adherents administratif agence annonces assistance atelier boutique bureau cabinet
candidature candidatures clientele commande commandes commerce communication compta comptabilite conseil
contactez devis direction emploi facturation factures formation gestion juridique laboratoire logistique
mairie rdv recrutement redaction rh sav secretaire secretariat serviceclient standard technique vente ventes
"""
_SPANISH = """
administracion atencion atencionalcliente ayuda calidad clientes comercial compras comunicacion consultas
contabilidad contacto contratacion correo cotizaciones cursos direccion empleo facturacion finanzas gerencia
hola informacion informes ingenieria inscripciones logistica mantenimiento marketing oficina operaciones
pagos pedidos prensa presidencia presupuestos produccion proveedores proyectos recepcion reclamaciones
recursoshumanos reservas rrhh secretaria seguridad servicio servicios sistemas soporte tecnico tesoreria
tienda turismo ventas
"""
_PORTUGUESE = """
administrativo assistencia atendimento cadastro cliente cobranca compras contabilidade contato contatos
curriculo diretoria duvidas engenharia faleconosco faturamento financeiro fiscal imprensa juridico loja
manutencao ouvidoria pedidos qualidade recepcao recrutamento sac secretaria sugestoes suporte vendas
"""
_ITALIAN = """
acquisti agenzia amministrazione assistenza clienti commerciale comunicazione contabilita contatti contatto
curriculum direzione fatturazione fatture formazione gare informazioni lavoro magazzino negozio ordini
personale prenotazioni presidente preventivi produzione protocollo qualita reclami risorseumane segreteria
servizi spedizioni studio tecnico ufficio ufficiostampa vendite
"""
_DUTCH = """
aanvraag administratie afspraak balie bestelling bestellingen boekhouding directie facturatie facturen
helpdesk inkoop kantoor klachten klantenservice ledenadministratie magazijn offerte offertes pers
personeelszaken planning receptie redactie secretariaat sollicitatie vacatures verhuur verkoop webwinkel
"""
# Polish, Czech, Scandinavian, Finnish, Turkish, Russian
_OTHERS = """
asiakaspalvelu bestilling bilgi biuro bogholderi buh buhgalter butik destek ekonomi faktura fakturace
fakturor faktury handel handlowy iletisim insankaynaklari kadrovik kadry kontakt ksiegowosc kundeservice
kundservice kundtjanst laskut laskutus ledelse marketing muhasebe myynti obchod objednavky oferty ofis
okonomi order ordre otdel personalavdelning podatelna post postmottak praca priem prodazhi prodej recepcja
redaktion regnskab regnskap reklama reklamacje rekrytointi salg salj satis sekretar sekretariat serwis
siparis sklep snab sprzedaz tilaukset toimisto ucetni ucetnictvi zakaz zakupki zamowienia zapytania
"""
# What stands beside them: sales-emea, the-team, info.de, support2
_BESIDE = """
a and apac art asia at au br ca central ch china cn co com corp de department dept desk do east emea en es
eu europe fi for forms fr hk in india int intl jp key la latam local london mobile my national net new nl no
north not nyc on or org our pl pt regional ru se sg south the to uk us usa west world z
"""

ROLES = frozenset(
    word
    for words in (
        _PEOPLE_IN_CHARGE,
        _MONEY_AND_LAW,
        _SELLING,
        _SERVICE,
        _MAKING,
        _STAFF,
        _TELLING,
        _MACHINES,
        _HOUSES,
        _GERMAN,
        _FRENCH,
        _SPANISH,
        _PORTUGUESE,
        _ITALIAN,
        _DUTCH,
        _OTHERS,
    )
    for word in words.split()
)
#: words that make no role, and stand beside those that do
BESIDE = frozenset(_BESIDE.split())
