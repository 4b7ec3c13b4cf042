"""Paragraphs whose counts were once not compared, or with the wrong thing.

A case is (paragraphs, the number as printed, what it is compared with, verdict); None is nothing.
`tests/extraction/test_cases.py` runs them, all in one document.
"""

WRONG, HOLDS, OTHER, OPEN = "does not hold", "holds", "not reproduced", "not checkable"
MARKS = {
    "一是、二是": ("一是种菜", "二是养鱼", "三是做饭"),
    "一要、二要": ("一要种菜", "二要养鱼", "三要做饭"),
    "首先、其次": ("首先，种菜", "其次，养鱼", "最后，做饭"),
    "首先、其次、再次": ("首先，种菜", "其次，养鱼", "再次，做饭"),
    "首先、然后": ("首先，种菜", "然后，养鱼", "最后，做饭"),
    "第一、第二": ("第一，种菜", "第二，养鱼", "第三，做饭"),
    "其一、其二": ("其一，种菜", "其二，养鱼", "其三，做饭"),
    "括号": ("（1）种菜", "（2）养鱼", "（3）做饭"),
    "中文括号": ("（一）种菜", "（二）养鱼", "（三）做饭"),
    "半括号": ("1）种菜", "2）养鱼", "3）做饭"),
    "圈码": ("①种菜", "②养鱼", "③做饭"),
    "点码": ("⒈种菜", "⒉养鱼", "⒊做饭"),
    "字母": ("a、种菜", "b、养鱼", "c、做饭"),
    "大写字母": ("A.种菜", "B.养鱼", "C.做饭"),
    "括号字母": ("（a）种菜", "（b）养鱼", "（c）做饭"),
    "罗马数字": ("（i）种菜", "（ii）养鱼", "（iii）做饭"),
}
CASES = {}
for name, marks in MARKS.items():
    row = "；".join(marks)
    CASES[f"{name}, right behind"] = ([f"{row}，这四项是全部工作。"], "四", 3, WRONG)
    CASES[f"{name}, right behind, right"] = ([f"{row}，这三项是全部工作。"], "三", 3, HOLDS)
    CASES[f"{name}, next sentence"] = ([f"{row}。以上四点缺一不可。"], "四", 3, WRONG)
    CASES[f"{name}, a sentence each"] = (["。".join(marks) + "。上述四个方面互相支持。"], "四", 3, WRONG)
    CASES[f"{name}, next paragraph"] = ([f"{row}。", "这四个环节互相支持。"], "四", 3, WRONG)
    CASES[f"{name}, announced"] = ([f"有四项工作：{row}。"], "四", 3, WRONG)
    CASES[f"{name}, announced, right"] = ([f"有以下三项工作：{row}。"], "三", 3, HOLDS)
    CASES[f"{name}, things of another kind"] = ([f"{row}。这四家企业都这样做。"], "四", None, OPEN)
    CASES[f"{name}, examples"] = ([f"有四项工作：{row}等。"], "四", None, OPEN)

CASES |= {
    "a count that is denied": (["并非三个环节：种、收、分。"], "三", None, OPEN),
    "a count that is not there": (["没有三个环节：种、收、分。"], "三", None, OPEN),
    "more than the count": (["不止三个环节：种、收、分、卖。"], "三", None, OPEN),
    "more than three are not three": (["超过三个环节：种、收、分。"], "三", 3, OTHER),
    "more than three are four": (["超过三个环节：种、收、分、卖。"], "三", 4, HOLDS),
    "fewer than three are two": (["不到三个环节：种、收。"], "三", 2, HOLDS),
    "a list that goes on in dots": (["三个环节：种、收、分……"], "三", None, OPEN),
    "a list of such things": (["三个环节：种、收、分之类。"], "三", None, OPEN),
    "a list of clauses that goes on": (["三个环节：种；收；分；等等。"], "三", None, OPEN),
    "what explains one name in brackets": (["三个环节分别是种（春、秋）、收（夏、冬）、分。"], "三", 3, HOLDS),
    "short names in brackets": (["三家企业：甲公司、乙公司和丙公司（以下简称甲、乙、丙）。"], "三", 3, HOLDS),
    "points to a count before": (["有四大机制。一是种菜，二是养鱼，三是做饭。这四大机制都好。"], "四", None, OPEN),
    "此外 may be a fourth": (["首先，种菜。其次，养鱼。此外，做饭。最后，吃饭。这四步缺一不可。"], "四", None, OPEN),
    "first, then, last": (["先种菜，再养鱼，最后做饭，这四步环环相扣。"], "四", 3, WRONG),
    "names and a count aside": (["种菜、养鱼、做饭，这四项工作都要做。"], "四", 3, OTHER),
    "names and a count that is no object": (["包括种菜、养鱼、做饭这四项工作。"], "四", 3, OTHER),
    "within a quoted name": (["提出“四化”（工业化、信息化、城镇化）战略。"], "四", 3, OTHER),
    "within a quoted name, named later": (["实施“双轮驱动”战略，即技术驱动、市场驱动和资本驱动。"], "双", 3, OTHER),
    "three in one, quoted": (["构建“三位一体”（平台、商家、用户）体系。"], "三", 3, HOLDS),
    "added up": (["一是种菜，二是养鱼，三是做饭，共四项。"], "四", 3, WRONG),
    "a list in quotes": (["形成“种、收、分”三个环节。"], "三", 3, HOLDS),
    "a list in quotes, wrong": (["形成“种、收、分”四个环节。"], "四", 3, OTHER),
    "a list in quotes, slashes": (["形成“种/收/分”四个环节。"], "四", 3, OTHER),
    "a list in quotes, arrows": (["形成“种→收→分”四个环节。"], "四", 3, OTHER),
    "a list in corners": (["形成「种、收、分」四个环节。"], "四", 3, OTHER),
    "a list in quotes behind": (["形成四个环节“种、收、分”。"], "四", 3, OTHER),
    "a list in quotes, open": (["形成“种、收、分”等四个环节。"], "四", None, OPEN),
    "quotes in a row": (["形成“种”“收”“分”四个环节。"], "四", 3, OTHER),
    "titles in a row": (["编成《春》《夏》和《秋》四部作品。"], "四", 3, OTHER),
    "a chain without quotes": (["形成种-收-分四个环节。"], "四", 3, OTHER),
    "within a name": (["构建三维（成本、效率、体验）结构。"], "三", 3, HOLDS),
    "within a name, wrong": (["构建四维（成本、效率、体验）结构。"], "四", 3, OTHER),
    "behind a name": (["构建四维结构（成本、效率、体验）。"], "四", 3, OTHER),
    "before a name": (["成本、效率、体验四维结构已经建成。"], "四", 3, OTHER),
    "in quotes before a name": (["形成“成本、效率、体验”四维结构。"], "四", 3, OTHER),
    "two wheels": (["形成双轮（技术、市场、人才）驱动格局。"], "双", 3, OTHER),
    "two wheels, right": (["形成技术与市场双轮驱动格局。"], "双", 2, HOLDS),
    "four in one": (["形成政、企、社四位一体的格局。"], "四", 3, OTHER),
    "helices": (["三螺旋（大学、产业、政府）模型。"], "三", 3, HOLDS),
    "binary, no money": (["二元（城市、乡村）结构。"], "二", 2, HOLDS),
    "degrees that are none": (["六度（速度、温度、深度）评价。"], "六", 3, OTHER),
    "parts": (["共 20 人，其中男 12 人，女 9 人。"], "20", 21, WRONG),
    "parts, right": (["共访谈 20 人，其中男性 12 人，女性 8 人。"], "20", 20, HOLDS),
    "parts in brackets": (["共 20 人（男 12 人，女 9 人）。"], "20", 21, WRONG),
    "parts in the next sentence": (["共访谈20人。其中男12人，女9人。"], "20", 21, WRONG),
    "parts named behind": (["共20人，其中12人为男性，9人为女性。"], "20", 21, WRONG),
    "parts before": (["男12人，女9人，合计20人。"], "20", 21, WRONG),
    "parts that are alike": (["共有20家企业，其中国企5家、民企10家、外企6家。"], "20", 21, WRONG),
    "parts and a rest": (["共有20家企业，其中国企5家、其余14家为民企。"], "20", 19, WRONG),
    "parts that may overlap": (["共20人，其中男12人，党员10人。"], "20", 22, OTHER),
    "some of the parts": (["共有20家企业，其中国企5家、民企10家。"], "20", None, OPEN),
    "parts that end in 等": (["共有20家企业，其中国企5家、民企16家等。"], "20", None, OPEN),
    "a part that is about so many": (["共20人，其中男约12人，女9人。"], "20", None, OPEN),
    "parts of another classifier": (["共访谈20位，其中男12名，女9名。"], "20", None, OPEN),
    "parts of parts": (["共20人，其中男12人（党员5人），女8人。"], "20", 20, HOLDS),
    "two ways to part": (["共20人，其中男12人，女8人，本科10人，硕士10人。"], "20", 20, HOLDS),
    "two pairs are four": (["四家企业：甲公司和乙公司、丙公司和丁公司。"], "四", 4, HOLDS),
    "two pairs are two pairs": (["两组企业：甲公司和乙公司、丙公司和丁公司。"], "两", 2, HOLDS),
    "two pairs are not three": (["三家企业：甲公司和乙公司、丙公司和丁公司。"], "三", None, OPEN),
    "two pairs are not five": (["五家企业：甲公司和乙公司、丙公司和丁公司。"], "五", 4, OTHER),
    "three pairs": (["六家企业：甲公司与乙公司、丙公司与丁公司、戊公司与己公司。"], "六", 6, HOLDS),
    "pairs before": (["甲公司及乙公司、丙公司及丁公司四家企业参加。"], "四", 4, HOLDS),
    "pairs in brackets": (["四家企业（甲公司和乙公司、丙公司和丁公司）参加。"], "四", 4, HOLDS),
    "pairs in quotes": (["形成“种和收、分和卖”三个环节。"], "三", None, OPEN),
    "pairs and a comma": (["三家企业：甲公司和乙公司，丙公司和丁公司。"], "三", None, OPEN),
    "pairs and a semicolon": (["三家企业：甲公司和乙公司；丙公司和丁公司。"], "三", None, OPEN),
    "kinds with their members": (["两类企业：甲、乙、丙；丁、戊。"], "两", 2, HOLDS),
    "members of kinds": (["五家企业：甲、乙、丙；丁、戊。"], "五", 5, HOLDS),
    "kinds and members": (["三家企业：甲、乙、丙；丁、戊。"], "三", None, OPEN),
    "a comma may go on": (["三个方面：种菜、养鱼，做饭。"], "三", None, OPEN),
    "a name of two, and 和 before the last": (["五个方面：研究与发展、生产、销售和服务。"], "五", 4, OTHER),
    "names of two, and 以及 before the last": (["三个方面：研究和发展、生产和销售以及服务。"], "三", 3, HOLDS),
    "words that have 和 in them": (["四个方面：和谐、和平、发展和共和。"], "四", 4, HOLDS),
    "two 和": (["四个方面：种和收和分。"], "四", 3, OTHER),
    "两方面 and more": (["三个方面：一方面种菜；另一方面做饭；还有吃饭。"], "三", None, OPEN),
    "此外 behind the last": (["三点：首先，种菜；其次，养鱼；此外，做饭。"], "三", None, OPEN),
    "此外 behind a number": (["三点：一是种菜，二是养鱼，此外做饭。"], "三", None, OPEN),
    "最后 for the third": (["四点：第一，种菜；第二，养鱼；最后，做饭。"], "四", 3, WRONG),
    "最后 in a sentence of its own": (["有三点。第一，种菜。第二，养鱼。最后，做饭。"], "三", None, OPEN),
    "最后 that ends the text": (["有三点。第一，种菜。第二，养鱼。第三，做饭。最后，本文指出不足。"], "三", 3, HOLDS),
    "each": (["每家访谈5人，另访谈高管3人，共访谈20人。"], "20", None, OPEN),
}

NO_CLAIMS = (
    "图像、视频和三维模型都可以用。",
    "采集三维数据，用三维打印（快、准）。",
    "卡萨帝、三翼鸟都是品牌。",
    "形成三位一体的格局，城乡二元结构还在。",
    "双十一（天猫、京东、拼多多）大促。",
    "三星（手机、电视）很好，三亚（海棠湾、大东海）也是。",
    "党的十九大报告提出要求。",
    "形成一体两翼（平台、商家、用户）格局，坚持“一核两翼”（平台、商家、用户）。",
    "“五位一体”总体布局，“双轮驱动”战略。",
)
