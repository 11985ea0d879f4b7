"""Legal forms of companies as they are written around the world, by what kind of company they say it is."""

from enum import StrEnum


class LegalForm(StrEnum):
    """A kind of company, as far as its form tells it."""

    ANY = "a company of whatever kind"
    SHARES = "a company by shares"
    LIMITED = "a limited company"
    PARTNERSHIP = "a partnership"
    COOPERATIVE = "a cooperative"
    NON_PROFIT = "a body without profit"


# In plain letters, without dots: that letters may stand apart ("S. A. S.") is seen to by whoever reads a name. Forms
# that are a word as well are left out ("Smart EV", "Social Ad", "Call Me"), or stand here with their letters apart.
ENDINGS: dict[LegalForm, str] = {
    LegalForm.ANY: """
        company, co, corporation, corp, incorporated, inc, cie, compagnie, coy, sirketi, 会社, 公司, 株, 有, 주,
        유
    """,
    LegalForm.SHARES: """
        ag, aktiengesellschaft, akg, plc, public limited company, public limited co, public ltd co,
        public company, sa, societe anonyme, sociedad anonima, sociedade anonima, spa, societa per azioni, sapa,
        sas, sasu, societe par actions simplifiee, sociedad por acciones simplificada, sgps, saa, sac, saic,
        saci, sacif, nv, naamloze vennootschap, ab, ab publ, publ, aktiebolag, as, asa, aksjeselskap,
        allmennaksjeselskap, aktieselskab, oyj, julkinen osakeyhtio, se, societas europaea, kgaa,
        ag and co kgaa, gmbh and co kgaa, se and co kgaa, sa de cv, sab, sab de cv, sapi, sapi de cv,
        sapib de cv, sas de cv, sociedad anonima de capital variable,
        sociedad anonima bursatil de capital variable,
        sociedad anonima promotora de inversion de capital variable, akciova spolecnost, akciova spolocnost,
        spolka akcyjna, społka akcyjna, nyrt, zrt, reszvenytarsasag, nyilvanosan mukodo reszvenytarsasag,
        zartkoruen mukodo reszvenytarsasag, dd, dionicko drustvo, delniska druzba, akcionarsko drustvo, ead,
        aktsiaselts, akciju sabiedriba, akcine bendrove, hf, sh a, anonim sirketi, anonim sirket, jsc, ojsc,
        cjsc, pjsc, joint stock company, joint stock co, joint stock corporation, open joint stock company,
        closed joint stock company, public joint stock company, oao, zao, pao, aktsionernoe obshchestvo, оао,
        зао, пао, ао, нао, ат, пат, прат, ват, зат, ад, еад, акционерное общество,
        открытое акционерное общество, закрытое акционерное общество, публичное акционерное общество,
        непубличное акционерное общество, акціонерне товариство, публічне акціонерне товариство,
        приватне акціонерне товариство, акционерно дружество, еднолично акционерно дружество,
        акционарско друштво, αε, αβεε, αεβε, ανωνυμη εταιρεια, ανωνυμος εταιρεια, kk, kabushiki kaisha,
        kabushiki gaisha, 株式会社, 株式會社, 股份有限公司, 股份公司, 주식회사, pt, tbk, persero, persero tbk,
        berhad, bhd, saog, saoc, kscp, kscc, ksc, bsc, psc, شمع, شمك, شمكع, شمق, شمب, مساهمة, مساهمة عامة,
        مساهمة مقفلة, شركة مساهمة, سهامی خاص, سهامی عام, จำกัด มหาชน, มหาชน, სს, բբը, փբը
    """,
    LegalForm.LIMITED: """
        limited, ltd, private limited, private ltd, pvt ltd, pvt limited, pvt, opc pvt ltd, co ltd,
        company limited, unlimited company, llc, limited liability company, limited liability co, pllc, dac,
        clg, designated activity company, company limited by guarantee, cyfyngedig, cyf, teoranta, teo, pty,
        pty ltd, pty limited, proprietary limited, proprietary ltd, pte, pte ltd, pte limited, gmbh,
        gesellschaft mit beschrankter haftung, ggmbh, gesmbh, ug, ug haftungsbeschrankt,
        unternehmergesellschaft, unternehmergesellschaft haftungsbeschrankt, bv, bvba, besloten vennootschap,
        besloten vennootschap met beperkte aansprakelijkheid, sarl, sarlu, societe a responsabilite limitee,
        eurl, sprl, srl, srls, societa a responsabilita limitata, sl, slu, sociedad limitada,
        sociedad de responsabilidad limitada, s de rl, s de rl de cv, s rl de cv, ltda, limitada, lda,
        unipessoal lda, unipessoal, sociedade unipessoal, sociedade limitada, eireli, eirl,
        societatea cu raspundere limitata, societate cu raspundere limitata, oy, osakeyhtio, oy ab, tmi, aps,
        anpartsselskab, ivs, ehf, nuf, ou, osauhing, sia, sabiedriba ar ierobezotu atbildibu, uab,
        uzdaroji akcine bendrove, sp z oo, sp zoo, spzoo, spolka z ograniczona odpowiedzialnoscia,
        społka z ograniczona odpowiedzialnoscia, sro, spol s ro, spolecnost s rucenim omezenym,
        spolocnost s rucenim obmedzenym, kft, korlatolt felelossegu tarsasag, doo, jdoo, dooel,
        drustvo s ogranicenom odgovornoscu, drustvo sa ogranicenom odgovornoscu, druzba z omejeno odgovornostjo,
        shpk, ood, eood, ooo, tov, obshchestvo s ogranichennoi otvetstvennostiu, ооо, тоо, тов, одо, сооо, еоод,
        оод, доо, дооел, общество с ограниченной ответственностью, товарищество с ограниченной ответственностью,
        товариство з обмеженою відповідальністю, таварыства з абмежаванай адказнасцю,
        дружество с ограничена отговорност, друштво са ограниченом одговорношћу, επε, ικε, μονοπροσωπη επε,
        μονοπροσωπη ικε, μονοπροσωπη, εταιρεια περιορισμενης ευθυνης, limited sirketi, limited sirket, ltd sti,
        godo kaisha, godo gaisha, gk, yugen kaisha, yugen gaisha, 合同会社, 有限会社, 有限公司, 有限责任公司,
        有限責任公司, 유한회사, 유한책임회사, sdn bhd, sendirian berhad, fz llc, fz co, fzco, fze, fzc, dmcc,
        wll, בעמ, ذمم, شذمم, شمم, ممح, محدودة, المحدودة, ذات مسئولية محدودة, ذات مسؤولية محدودة, จำกัด, tnhh,
        tnhh mtv, प्राइवेट लिमिटेड, प्रा लि, प्रा लिमिटेड, लिमिटेड, लि, প্রাইভেট লিমিটেড, লিমিটেড,
        பிரைவேட் லிமிடெட், லிமிடெட், ప్రైవేట్ లిమిటెడ్, లిమిటెడ్, ಪ್ರೈವೇಟ್ ಲಿಮಿಟೆಡ್, ಲಿಮಿಟೆಡ್, પ્રાઇવેટ લિમિટેડ,
        લિમિટેડ, ਪ੍ਰਾਈਵੇਟ ਲਿਮਟਿਡ, ਲਿਮਟਿਡ, പ്രൈവറ്റ് ലിമിറ്റഡ്, ലിമിറ്റഡ്, پرائیویٹ لمیٹڈ, لمیٹڈ, შპს, սպը
    """,
    LegalForm.PARTNERSHIP: """
        llp, lp, lllp, limited partnership, limited liability partnership, kg, kommanditgesellschaft,
        gmbh and co kg, gmbh and co, ag and co kg, ug and co kg, se and co kg, ug haftungsbeschrankt and co kg,
        gmbh and co ohg, ohg, offene handelsgesellschaft, gbr, partg, partgmbb, ek, c v, vof,
        commanditaire vennootschap, scs, sca, snc, societe en nom collectif, societe en commandite simple,
        societe en commandite par actions, hb, kb, handelsbolag, kommanditbolag, interessentskab,
        kommanditselskab, kommandiittiyhtio, spolka jawna, społka jawna, sp j, spj, spolka komandytowa,
        społka komandytowa, sp k, spk, spolka cywilna, społka cywilna, vos, verejna obchodni spolecnost, οε, εε,
        ομορρυθμη εταιρεια, ετερορρυθμη εταιρεια, kollektif sirketi, 合资会社, 合資会社, 合名会社, 合伙企业,
        有限合伙, 합자회사, 합명회사
    """,
    LegalForm.COOPERATIVE: """
        eg, eingetragene genossenschaft, scop, scic, scoop, soc coop, societa cooperativa, scarl, scpa, s coop,
        sociedad cooperativa, osk, osuuskunta, andelsselskab, amba, ekonomisk forening, 협동조합
    """,
    LegalForm.NON_PROFIT: """
        e v, eingetragener verein, asbl, vzw, aisbl, ivzw, ано, нко, community interest company, cic, 社団法人,
        一般社団法人, 公益社団法人, 財団法人, 一般財団法人
    """,
}
# Those that also stand in front of a name. Some never do here: "AS Roma", "AB InBev", "SC Johnson", "Too Good".
FRONTS: dict[LegalForm, str] = {
    LegalForm.ANY: "firma, شركة, 주, 株, 有, 유, cong ty",
    LegalForm.SHARES: """
        oao, zao, pao, ojsc, cjsc, pjsc, jsc, joint stock company, open joint stock company,
        closed joint stock company, public joint stock company, aktsionernoe obshchestvo, оао, зао, пао, ао,
        нао, ат, пат, прат, ват, зат, акционерное общество, открытое акционерное общество,
        закрытое акционерное общество, публичное акционерное общество, непубличное акционерное общество,
        акціонерне товариство, публічне акціонерне товариство, приватне акціонерне товариство, αε,
        ανωνυμη εταιρεια, 株式会社, 株式會社, kabushiki kaisha, kabushiki gaisha, 주식회사, pt,
        perseroan terbatas, p t, societe anonyme, sociedad anonima, cong ty co phan, บริษัท, شركة مساهمة, სს, բբը,
        փբը
    """,
    LegalForm.LIMITED: """
        ooo, llc, sarl, eurl, srl, uab, sia, gmbh, limited liability company, ооо, тоо, тов, одо, сооо,
        общество с ограниченной ответственностью, товарищество с ограниченной ответственностью,
        товариство з обмеженою відповідальністю, obshchestvo s ogranichennoi otvetstvennostiu,
        societatea cu raspundere limitata, societate cu raspundere limitata, societe a responsabilite limitee,
        有限会社, 合同会社, 유한회사, 유한책임회사, cong ty tnhh, cong ty tnhh mtv, შპს, սպը
    """,
    LegalForm.PARTNERSHIP: "合资会社, 合資会社, 合名会社, 합자회사, 합명회사, ห้างหุ้นส่วน",
    LegalForm.COOPERATIVE: "osuuskunta, 협동조합",
    LegalForm.NON_PROFIT: "ano, ано, asbl, vzw, 社団法人, 一般社団法人, 公益社団法人, 財団法人, 一般財団法人",
}
# Forms of a few letters may be written with dots or spaces between any of them, unless that would be two words.
LETTERS_APART_UP_TO = 5
