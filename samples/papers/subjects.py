"""What the decisions decide: invented cases with legal grounds, articles, tables and the person concerned."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from samples.papers.common import short_date
from samples.people import Person, day_between, invent_name, invent_organisation, invent_person
from samples.places import Place
from samples.words import number_in_words

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """Column shares, rows (the first is the head), centred columns."""

    shares: tuple[float, ...]
    rows: Rows
    centred: tuple[int, ...]


@dataclass(frozen=True)
class Article:
    """«Điều N. …»: the first paragraph stands after the number, the others below; `{holder}` and `{identifier}`
    mark where the holder's name and number are set."""

    paragraphs: tuple[str, ...]
    table: Table | None = None


@dataclass(frozen=True)
class Subject:
    """One case."""

    abstract: str
    grounds: tuple[str, ...]
    articles: tuple[Article, ...]
    carriers: str
    """Who carries the decision out (the last article)."""
    signs: str = "QĐ-UBND"
    holder_name: str | None = None
    holder_identifier: str | None = None


def money(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _adult(rng: random.Random, day: date, home: Place) -> Person:
    born = day_between(rng, date(day.year - 68, 1, 1), date(day.year - 22, 12, 31))
    return invent_person(rng, born, home=home)


def _title(person: Person) -> str:
    return "ông" if person.male else "bà"


def social_allowance(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    born = day_between(rng, date(day.year - 95, 1, 1), date(day.year - 80, 12, 31))
    person = invent_person(rng, born, home=home)
    amount = rng.choice((500_000, 750_000, 1_000_000, 1_250_000))
    return Subject(
        abstract=f"trợ cấp xã hội hàng tháng đối với {_title(person)} {person.name}",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Nghị định số 20/2021/NĐ-CP ngày 15 tháng 3 năm 2021 của Chính phủ quy định chính sách trợ giúp xã hội đối với đối tượng bảo trợ xã hội",
        ),
        articles=(
            Article(
                (
                    f"Trợ cấp xã hội hàng tháng đối với {_title(person)} {{holder}}, sinh ngày {short_date(born)}, số định danh cá nhân: {{identifier}}, nơi cư trú: {home.address(day)}.",
                    f"Mức trợ cấp: {money(amount)} đồng/tháng (bằng chữ: {number_in_words(amount)} đồng), chi trả vào ngày 05 hàng tháng tại nơi cư trú của người hưởng.",
                )
            ),
            Article(
                (
                    f"Kinh phí thực hiện được bố trí từ dự toán chi bảo đảm xã hội năm {day.year} của địa phương; việc chi trả được thực hiện qua tài khoản hoặc bằng tiền mặt theo nguyện vọng của người hưởng.",
                )
            ),
        ),
        carriers=f"công chức phụ trách lĩnh vực văn hóa - xã hội và {_title(person)} {person.name}",
        holder_name=person.name,
        holder_identifier=person.personal_id,
    )


def land_use_change(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    person = _adult(rng, day, home)
    parcels = []
    area_sum = 0
    for index in range(rng.randint(2, 6)):
        area = rng.randint(40, 420)
        area_sum += area
        parcels.append(
            (
                str(index + 1),
                str(rng.randint(11, 980)),
                str(rng.randint(1, 60)),
                f"{area},{rng.randint(0, 9)}",
                rng.choice(
                    ("Đất trồng cây hằng năm khác", "Đất trồng cây lâu năm", "Đất vườn, ao liền kề đất ở")
                ),
                "Đất ở tại nông thôn",
            )
        )
    head = (
        "TT",
        "Thửa đất số",
        "Tờ bản đồ số",
        "Diện tích (m²)",
        "Mục đích trước khi chuyển",
        "Mục đích sau khi chuyển",
    )
    return Subject(
        abstract=f"cho phép hộ {_title(person)} {person.name} chuyển mục đích sử dụng đất",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Luật Đất đai ngày 18 tháng 01 năm 2024",
            "Nghị định số 102/2024/NĐ-CP ngày 30 tháng 7 năm 2024 của Chính phủ quy định chi tiết thi hành một số điều của Luật Đất đai",
        ),
        articles=(
            Article(
                (
                    f"Cho phép {_title(person)} {{holder}} (số định danh cá nhân {{identifier}}, cư trú tại {home.address(day)}) được chuyển mục đích sử dụng các thửa đất sau đây:",
                ),
                Table((0.6, 1.1, 1.1, 1.2, 2.4, 2.0), (head, *parcels), (0, 1, 2, 3)),
            ),
            Article(
                (
                    "Người sử dụng đất có trách nhiệm:",
                    "1. Nộp tiền sử dụng đất, lệ phí trước bạ và các khoản phải nộp khác theo thông báo của cơ quan thuế trong thời hạn quy định.",
                    "2. Sử dụng đất đúng mục đích, đúng ranh giới, không gây ô nhiễm môi trường và không làm ảnh hưởng đến việc sử dụng đất của các hộ liền kề.",
                    "3. Thực hiện đăng ký biến động đất đai tại Văn phòng đăng ký đất đai sau khi hoàn thành nghĩa vụ tài chính.",
                )
            ),
        ),
        carriers=f"Chi nhánh Văn phòng đăng ký đất đai và {_title(person)} {person.name}",
        holder_name=person.name,
        holder_identifier=person.personal_id,
    )


def appointment(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    person = _adult(rng, day, home)
    post = rng.choice(
        (
            "Phó Trưởng phòng Kinh tế",
            "Phó Hiệu trưởng Trường Tiểu học",
            "Trưởng phòng Văn hóa - Xã hội",
            "Phó Giám đốc Trung tâm Phục vụ hành chính công",
        )
    )
    return Subject(
        abstract="bổ nhiệm công chức lãnh đạo, quản lý",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025",
            "Kết luận của Ban Thường vụ Đảng ủy về công tác cán bộ",
        ),
        articles=(
            Article(
                (
                    f"Bổ nhiệm {_title(person)} {{holder}}, sinh ngày {short_date(person.born)}, số định danh cá nhân {{identifier}}, giữ chức vụ {post}, thời hạn 05 năm.",
                )
            ),
            Article(
                (
                    f"{_title(person).capitalize()} {person.name} được hưởng hệ số phụ cấp chức vụ {rng.choice(('0,15', '0,20', '0,25', '0,30'))} và các quyền lợi khác theo quy định hiện hành; có trách nhiệm bàn giao công việc cũ trước khi nhận nhiệm vụ mới.",
                )
            ),
        ),
        carriers=f"Trưởng phòng Nội vụ và {_title(person)} {person.name}",
        holder_name=person.name,
        holder_identifier=person.personal_id,
    )


def contractor_choice(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    company = invent_organisation(rng, home)
    works = rng.choice(
        (
            "Sửa chữa nhà văn hóa",
            "Nâng cấp đường giao thông nội đồng",
            "Cải tạo trạm bơm",
            "Xây dựng nhà lớp học 02 tầng",
        )
    )
    rows: list[tuple[str, ...]] = [("TT", "Hạng mục", "Đơn vị", "Khối lượng", "Thành tiền (đồng)")]
    total = 0
    pool = [
        "Phá dỡ kết cấu cũ",
        "Đào đất hố móng",
        "Bê tông lót móng",
        "Bê tông cốt thép móng, cột",
        "Xây tường gạch không nung",
        "Trát tường, láng nền",
        "Lợp mái tôn",
        "Hệ thống điện chiếu sáng",
        "Hệ thống cấp thoát nước",
        "Sơn hoàn thiện",
        "Vận chuyển phế thải",
        "Chi phí hạng mục chung",
    ]
    for index, item in enumerate(rng.sample(pool, rng.randint(5, 10))):
        cost = rng.randint(9, 380) * 1_000_000 + rng.randint(0, 999) * 1000
        total += cost
        rows.append(
            (
                str(index + 1),
                item,
                rng.choice(("m³", "m²", "bộ", "gói", "m")),
                f"{rng.randint(1, 900)},{rng.randint(0, 99):02d}",
                money(cost),
            )
        )
    rows.append(("", "Tổng cộng", "", "", money(total)))
    return Subject(
        abstract=f"phê duyệt kết quả lựa chọn nhà thầu gói thầu xây lắp thuộc công trình {works} {home.commune_name}",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Luật Đấu thầu ngày 23 tháng 6 năm 2023",
            "Nghị định số 24/2024/NĐ-CP ngày 27 tháng 02 năm 2024 của Chính phủ quy định chi tiết một số điều và biện pháp thi hành Luật Đấu thầu về lựa chọn nhà thầu",
        ),
        articles=(
            Article(
                (
                    f"Phê duyệt kết quả lựa chọn nhà thầu gói thầu xây lắp thuộc công trình {works} {home.commune_name} với các nội dung chính sau:",
                    "1. Đơn vị trúng thầu: {holder}, mã số thuế {identifier}.",
                    f"2. Giá trúng thầu: {money(total)} đồng (bằng chữ: {number_in_words(total)} đồng), đã bao gồm thuế giá trị gia tăng.",
                    f"3. Loại hợp đồng: trọn gói. Thời gian thực hiện: {rng.choice((60, 90, 120, 150, 180))} ngày kể từ ngày hợp đồng có hiệu lực.",
                    "4. Giá trị từng hạng mục như bảng sau:",
                ),
                Table((0.5, 3.0, 0.8, 1.2, 1.8), tuple(rows), (0, 2, 3, 4)),
            ),
            Article(
                (
                    "Phòng Kinh tế có trách nhiệm thương thảo, hoàn thiện và ký kết hợp đồng với đơn vị trúng thầu; giám sát chất lượng, tiến độ thi công và nghiệm thu, thanh toán theo đúng quy định của pháp luật.",
                )
            ),
        ),
        carriers=f"Trưởng phòng Kinh tế và Giám đốc {company.name}",
        holder_name=company.name,
        holder_identifier=company.tax_code,
    )


def recognition_list(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    rows: list[tuple[str, ...]] = [("TT", "Họ và tên", "Năm sinh", "Nơi cư trú", "Danh hiệu")]
    for index in range(rng.randint(9, 26)):
        male = rng.random() < 0.5
        rows.append(
            (
                str(index + 1),
                " ".join(invent_name(rng, male=male)),
                str(rng.randint(1950, 2001)),
                f"{home.hamlet if rng.random() < 0.3 else 'Thôn ' + str(rng.randint(1, 12))}",
                rng.choice(("Gia đình văn hóa", "Gia đình văn hóa", "Gia đình văn hóa tiêu biểu")),
            )
        )
    return Subject(
        abstract=f"công nhận danh hiệu “Gia đình văn hóa” năm {day.year - 1}",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",
            "Nghị định số 86/2023/NĐ-CP ngày 07 tháng 12 năm 2023 của Chính phủ quy định khung tiêu chuẩn và trình tự, thủ tục, hồ sơ xét tặng danh hiệu “Gia đình văn hóa”",
        ),
        articles=(
            Article(
                (
                    f"Công nhận danh hiệu “Gia đình văn hóa” năm {day.year - 1} cho {len(rows) - 1} hộ gia đình có tên trong danh sách sau đây:",
                ),
                Table((0.5, 2.2, 0.9, 1.6, 2.0), tuple(rows), (0, 2)),
            ),
            Article(
                (
                    "Mỗi hộ gia đình được cấp giấy công nhận và được hưởng mức thưởng theo quy định của pháp luật về thi đua, khen thưởng từ nguồn kinh phí khen thưởng của địa phương.",
                )
            ),
        ),
        carriers="các thôn, tổ dân phố và các hộ gia đình có tên tại Điều 1",
    )


def working_group(rng: random.Random, day: date, home: Place, unit: str) -> Subject:
    head = " ".join(invent_name(rng, male=True))
    men = [rng.random() < 0.5 for _ in range(rng.randint(4, 8))]
    members = [("Ông " if man else "Bà ") + " ".join(invent_name(rng, male=man)) for man in men]
    posts = (
        "Công chức Tư pháp - Hộ tịch",
        "Công chức Văn phòng",
        "Công chức Địa chính - Xây dựng",
        "Trưởng Công an",
        "Chỉ huy trưởng Ban Chỉ huy quân sự",
        "Chủ tịch Hội Nông dân",
        "Bí thư Đoàn Thanh niên",
        "Trạm trưởng Trạm Y tế",
    )
    listed = tuple(
        f"{i + 2}. {name}, {post}, Thành viên;"
        for i, (name, post) in enumerate(zip(members, posts, strict=False))
    )
    return Subject(
        abstract="thành lập Tổ công tác số hóa hồ sơ, kết quả giải quyết thủ tục hành chính",
        grounds=(
            "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông",
        ),
        articles=(
            Article(
                (
                    f"Thành lập Tổ công tác số hóa hồ sơ, kết quả giải quyết thủ tục hành chính của {unit} gồm các ông, bà có tên sau đây:",
                    f"1. Ông {head}, Phó Chủ tịch Ủy ban nhân dân, Tổ trưởng;",
                    *listed,
                )
            ),
            Article(
                (
                    "Tổ công tác có nhiệm vụ:",
                    *_TASKS[: rng.randint(3, 6)],
                    "Tổ trưởng phân công nhiệm vụ cho từng thành viên; các thành viên làm việc theo chế độ kiêm nhiệm.",
                )
            ),
        ),
        carriers="các cơ quan, đơn vị liên quan và các ông, bà có tên tại Điều 1",
    )


_TASKS = (
    "a) Rà soát, phân loại kết quả giải quyết thủ tục hành chính còn hiệu lực đang lưu giữ tại đơn vị;",
    "b) Thực hiện quét, bóc tách dữ liệu và đối chiếu bản điện tử với bản giấy theo đúng quy trình;",
    "c) Báo cáo tiến độ hằng tuần với Chủ tịch Ủy ban nhân dân; kịp thời đề xuất tháo gỡ khó khăn, vướng mắc;",
    "d) Bảo quản hồ sơ giấy trong quá trình số hóa, không để thất lạc, hư hỏng hoặc lộ thông tin cá nhân;",
    "đ) Hướng dẫn công chức, viên chức sử dụng phần mềm và chữ ký số chuyên dùng được cấp;",
    "e) Tổng hợp số liệu, lập danh mục tài liệu đã số hóa để bàn giao cho lưu trữ cơ quan;",
)

SHORT_SUBJECTS = (social_allowance, land_use_change, appointment)
SUBJECTS = (*SHORT_SUBJECTS, contractor_choice, recognition_list, working_group)
DEPARTMENT_SUBJECTS = (appointment, contractor_choice, working_group)
"""What a provincial department decides."""


DUTIES: tuple[tuple[str, ...], ...] = (
    (
        "Giao Văn phòng Ủy ban nhân dân theo dõi, đôn đốc, kiểm tra việc thực hiện Quyết định này; tổng hợp, báo cáo kết quả trước ngày 15 của tháng cuối mỗi quý.",
    ),
    (
        "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các cơ quan, đơn vị và cá nhân phản ánh kịp thời bằng văn bản để được xem xét, giải quyết theo thẩm quyền.",
    ),
    (
        "Các quy định trước đây trái với Quyết định này đều bãi bỏ. Hồ sơ đã tiếp nhận trước ngày Quyết định này có hiệu lực thì tiếp tục giải quyết theo quy định tại thời điểm tiếp nhận.",
    ),
    (
        "Phòng Kinh tế phối hợp với các đơn vị liên quan niêm yết công khai nội dung Quyết định này tại trụ sở và trên trang thông tin điện tử trong thời hạn 15 ngày làm việc.",
    ),
    (
        "Cơ quan thuế, Kho bạc Nhà nước khu vực căn cứ chức năng, nhiệm vụ được giao hướng dẫn việc thanh toán, quyết toán các khoản kinh phí liên quan theo quy định của pháp luật về ngân sách nhà nước.",
    ),
    (
        "Việc lưu trữ hồ sơ được thực hiện đồng thời trên bản giấy và bản điện tử; bản điện tử phải được ký số, bảo đảm tính toàn vẹn, xác thực và tra cứu được khi cần thiết.",
    ),
    (
        "Trách nhiệm phối hợp của các cơ quan, đơn vị:",
        "1. Trung tâm Phục vụ hành chính công tiếp nhận, kiểm tra tính đầy đủ, hợp lệ của hồ sơ; trả kết quả đúng hẹn và lưu phiếu kiểm soát quá trình giải quyết.",
        "2. Phòng Văn hóa - Xã hội tuyên truyền, phổ biến nội dung Quyết định này trên hệ thống truyền thanh cơ sở ít nhất 02 lần mỗi tháng.",
        "3. Công an cấp xã bảo đảm an ninh, trật tự trong quá trình thực hiện; phối hợp xác minh thông tin cư trú khi có yêu cầu.",
        "4. Đề nghị Ủy ban Mặt trận Tổ quốc và các tổ chức chính trị - xã hội tham gia giám sát, phản ánh ý kiến của Nhân dân.",
    ),
    (
        "Chế độ thông tin, báo cáo:",
        "1. Định kỳ trước ngày 20 hàng tháng, các đơn vị gửi báo cáo kết quả thực hiện về Văn phòng để tổng hợp.",
        "2. Báo cáo nêu rõ khối lượng đã hoàn thành, khối lượng còn lại, nguyên nhân chậm tiến độ và biện pháp khắc phục.",
        "3. Trường hợp đột xuất, phải báo cáo ngay trong ngày làm việc bằng hình thức nhanh nhất, sau đó bổ sung bằng văn bản.",
    ),
    (
        "Xử lý vi phạm:",
        "1. Tổ chức, cá nhân vi phạm các nội dung của Quyết định này thì tùy theo tính chất, mức độ vi phạm mà bị xử lý kỷ luật, xử phạt vi phạm hành chính hoặc bị truy cứu trách nhiệm theo quy định của pháp luật.",
        "2. Người đứng đầu cơ quan, đơn vị chịu trách nhiệm liên đới khi để xảy ra vi phạm kéo dài tại cơ quan, đơn vị do mình phụ trách.",
        "3. Việc khen thưởng đối với tập thể, cá nhân có thành tích xuất sắc được xem xét vào dịp tổng kết năm.",
    ),
    (
        "Kinh phí và điều kiện bảo đảm:",
        "1. Kinh phí thực hiện được bố trí trong dự toán ngân sách hàng năm; khuyến khích huy động các nguồn lực hợp pháp khác.",
        "2. Trang thiết bị, phần mềm, đường truyền được bố trí đồng bộ, bảo đảm an toàn thông tin theo cấp độ đã được phê duyệt.",
        "3. Việc mua sắm, sửa chữa tài sản thực hiện đúng tiêu chuẩn, định mức, công khai và tiết kiệm.",
    ),
)
