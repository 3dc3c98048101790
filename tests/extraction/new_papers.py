"""Papers of the further types as plain text, with what a perfect reader would find; everybody in them is invented."""

MARRIAGE_EXTRACT = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                             Độc lập - Tự do - Hạnh phúc
   Số: 15/TLKH-BS                   Tân Lập, ngày 04 tháng 01 năm 2026

                            TRÍCH LỤC KẾT HÔN
                                 (BẢN SAO)
 Họ, chữ đệm, tên vợ: LÊ THỊ HỒNG        Họ, chữ đệm, tên chồng: TRẦN VĂN NAM
 Ngày, tháng, năm sinh: 05/02/1992       Ngày, tháng, năm sinh: 17/08/1990
 Dân tộc: Kinh     Quốc tịch: Việt Nam   Dân tộc: Tày      Quốc tịch: Việt Nam
 Nơi cư trú: Tân Lập, Thái Bình          Nơi cư trú: Vũ Thư, Thái Bình
 Giấy tờ tùy thân: CCCD số 034192000127  Giấy tờ tùy thân: CCCD số 034090001235
 Đăng ký kết hôn tại: Ủy ban nhân dân xã Tân Lập, tỉnh Thái Bình
 Số: 21      ngày 14 tháng 11 năm 2018
                                              NGƯỜI KÝ TRÍCH LỤC
                                           CÔNG CHỨC TƯ PHÁP - HỘ TỊCH


                                                Nguyễn Hữu Thắng
"""
MARRIAGE_EXTRACT_TRUTH = {
    "number": "15/TLKH-BS",
    "wife_name": "LÊ THỊ HỒNG",
    "wife_birth_date": "1992-02-05",
    "wife_ethnicity": "Kinh",
    "wife_nationality": "Việt Nam",
    "wife_residence": "Tân Lập, Thái Bình",
    "wife_identity": "034192000127",
    "husband_name": "TRẦN VĂN NAM",
    "husband_birth_date": "1990-08-17",
    "husband_ethnicity": "Tày",
    "husband_nationality": "Việt Nam",
    "husband_residence": "Vũ Thư, Thái Bình",
    "husband_identity": "034090001235",
    "registered_at": "Ủy ban nhân dân xã Tân Lập, tỉnh Thái Bình",
    "registered_on": "2018-11-14",
    "issued_on": "2026-01-04",
    "issuer": "ỦY BAN NHÂN DÂN XÃ TÂN LẬP",
    "signer_title": "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH",
    "signer_name": "Nguyễn Hữu Thắng",
}

MARRIAGE_CERTIFICATE = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   PHƯỜNG CẨM HÒA                         Độc lập - Tự do - Hạnh phúc
   Số: 34/2021

                        GIẤY CHỨNG NHẬN KẾT HÔN

 Họ, chữ đệm, tên vợ: Phạm Thị Mai
 Ngày, tháng, năm sinh: 12/05/1995
 Dân tộc: Mường            Quốc tịch: Việt Nam
 Nơi cư trú: Phường Cẩm Hòa, thành phố Hà Nội
 Giấy tờ tùy thân: Căn cước công dân số 001195012345
 Họ, chữ đệm, tên chồng: Đoàn Minh Quân
 Ngày, tháng, năm sinh: 30/01/1993
 Dân tộc: Kinh             Quốc tịch: Việt Nam
 Nơi cư trú: Xã Tân Lập, tỉnh Thái Bình
 Giấy tờ tùy thân: Giấy chứng minh nhân dân số 151234567
 Ngày, tháng, năm đăng ký: 20/03/2021

       VỢ                  CHỒNG        NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN
                                                 CHỦ TỊCH


  Phạm Thị Mai         Đoàn Minh Quân          Vũ Văn Toàn
"""
MARRIAGE_CERTIFICATE_TRUTH = {
    "number": "34/2021",
    "wife_name": "Phạm Thị Mai",
    "wife_birth_date": "1995-05-12",
    "wife_ethnicity": "Mường",
    "wife_nationality": "Việt Nam",
    "wife_residence": "Phường Cẩm Hòa, thành phố Hà Nội",
    "wife_identity": "001195012345",
    "husband_name": "Đoàn Minh Quân",
    "husband_birth_date": "1993-01-30",
    "husband_ethnicity": "Kinh",
    "husband_nationality": "Việt Nam",
    "husband_residence": "Xã Tân Lập, tỉnh Thái Bình",
    "husband_identity": "151234567",
    "registered_on": "2021-03-20",
    "issuer": "ỦY BAN NHÂN DÂN PHƯỜNG CẨM HÒA",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Vũ Văn Toàn",
}

MARITAL_STATUS = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                             Độc lập - Tự do - Hạnh phúc
   Số: 77/UBND-XNTTHN               Tân Lập, ngày 10 tháng 6 năm 2025

                GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN
                    ỦY BAN NHÂN DÂN XÃ TÂN LẬP
 Căn cứ Nghị định số 123/2015/NĐ-CP ngày 15 tháng 11 năm 2015 của Chính phủ;
 Xét đề nghị của ông Trần Văn Nam, về việc cấp Giấy xác nhận tình trạng hôn nhân,
                              XÁC NHẬN:
 Họ, chữ đệm, tên: TRẦN VĂN NAM
 Ngày, tháng, năm sinh: 17/08/1990
 Giới tính: Nam        Dân tộc: Kinh        Quốc tịch: Việt Nam
 Giấy tờ tùy thân: Căn cước công dân số 034090001235
 Nơi cư trú: Xã Tân Lập, tỉnh Thái Bình
 Tình trạng hôn nhân: Hiện tại chưa đăng ký kết hôn với ai
 Giấy này được cấp để: Làm thủ tục đăng ký kết hôn
                                              NGƯỜI KÝ
                                              CHỦ TỊCH


                                            Đoàn Minh Quân
"""
MARITAL_STATUS_TRUTH = {
    "number": "77/UBND-XNTTHN",
    "full_name": "TRẦN VĂN NAM",
    "birth_date": "1990-08-17",
    "sex": "Nam",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "identity": "034090001235",
    "residence": "Xã Tân Lập, tỉnh Thái Bình",
    "marital_status": "Hiện tại chưa đăng ký kết hôn với ai",
    "purpose": "Làm thủ tục đăng ký kết hôn",
    "issued_on": "2025-06-10",
    "issuer": "ỦY BAN NHÂN DÂN XÃ TÂN LẬP",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Đoàn Minh Quân",
}

DEATH_EXTRACT = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                             Độc lập - Tự do - Hạnh phúc
   Số: 9/TLKT-BS                    Tân Lập, ngày 04 tháng 02 năm 2026

                            TRÍCH LỤC KHAI TỬ
                                 (BẢN SAO)
 Họ, chữ đệm, tên: VŨ THỊ SEN
 Ngày, tháng, năm sinh: 01/01/1938
 Giới tính: Nữ           Dân tộc: Kinh          Quốc tịch: Việt Nam
 Số định danh cá nhân: 034138000456
 Nơi cư trú cuối cùng: Xã Tân Lập, tỉnh Thái Bình
 Đã chết vào lúc: 07 giờ 30 phút, ngày 12 tháng 12 năm 2025
 Nơi chết: Xã Tân Lập, tỉnh Thái Bình
 Nguyên nhân chết: Tuổi già
 Đăng ký khai tử tại: Ủy ban nhân dân xã Tân Lập, tỉnh Thái Bình
 Số: 52      ngày 15 tháng 12 năm 2025
                                              NGƯỜI KÝ TRÍCH LỤC
                                                PHÓ CHỦ TỊCH


                                                Nguyễn Hữu Thắng
"""
DEATH_EXTRACT_TRUTH = {
    "number": "9/TLKT-BS",
    "full_name": "VŨ THỊ SEN",
    "birth_date": "1938-01-01",
    "sex": "Nữ",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "residence": "Xã Tân Lập, tỉnh Thái Bình",
    "personal_id": "034138000456",
    "died_at": "07 giờ 30 phút",
    "died_on": "2025-12-12",
    "death_place": "Xã Tân Lập, tỉnh Thái Bình",
    "death_cause": "Tuổi già",
    "registered_at": "Ủy ban nhân dân xã Tân Lập, tỉnh Thái Bình",
    "registered_on": "2025-12-15",
    "issued_on": "2026-02-04",
    "issuer": "ỦY BAN NHÂN DÂN XÃ TÂN LẬP",
    "signer_title": "PHÓ CHỦ TỊCH",
    "signer_name": "Nguyễn Hữu Thắng",
}

OLD_CARD_FRONT = """
          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
             Độc lập - Tự do - Hạnh phúc
              GIẤY CHỨNG MINH NHÂN DÂN
                  SỐ 151234567
                  Họ tên: LÊ VĂN HÙNG
                  Sinh ngày: 12-05-1978
                  Nguyên quán: Tân Lập, Vũ Thư,
                  Thái Bình
                  Nơi ĐKHK thường trú: Tân Lập,
                  Vũ Thư, Thái Bình
"""
OLD_CARD_BACK = """
 Dân tộc: Kinh            Tôn giáo: Không
              DẤU VẾT RIÊNG VÀ DỊ HÌNH
 NGÓN TRỎ TRÁI        Nốt ruồi cách 2cm trên sau mép phải
 NGÓN TRỎ PHẢI         Ngày 12 tháng 3 năm 2005
                    GIÁM ĐỐC CÔNG AN TỈNH THÁI BÌNH
"""
OLD_CARD_TRUTH = {
    "old_id": "151234567",
    "full_name": "LÊ VĂN HÙNG",
    "birth_date": "1978-05-12",
    "hometown": "Tân Lập, Vũ Thư, Thái Bình",
    "residence": "Tân Lập, Vũ Thư, Thái Bình",
    "ethnicity": "Kinh",
    "religion": "Không",
    "issued_on": "2005-03-12",
    "issuer": "CÔNG AN TỈNH THÁI BÌNH",
}

LAND_BOOK = """
               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                  Độc lập - Tự do - Hạnh phúc

                      GIẤY CHỨNG NHẬN
                    QUYỀN SỬ DỤNG ĐẤT
        QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT
 I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất
 Ông: TRẦN VĂN NAM
 Năm sinh: 1970, CMND số: 151234567
 Địa chỉ: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
                                                     BK 123456
"""
LAND_BOOK_INSIDE = """
 II. Thửa đất, nhà ở và tài sản khác gắn liền với đất
 1. Thửa đất:
 a) Thửa đất số: 251; tờ bản đồ số: 74
 b) Địa chỉ: Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 c) Diện tích: 120,5 m² (bằng chữ: Một trăm hai mươi phẩy năm mét vuông)
 d) Hình thức sử dụng: Sử dụng riêng
 đ) Mục đích sử dụng: Đất ở tại nông thôn
 e) Thời hạn sử dụng: Lâu dài
 g) Nguồn gốc sử dụng: Nhà nước giao đất có thu tiền sử dụng đất
 2. Nhà ở: Không
                                  Vũ Thư, ngày 15 tháng 6 năm 2012
                                  TM. ỦY BAN NHÂN DÂN HUYỆN VŨ THƯ
                                            CHỦ TỊCH


                                         Đoàn Minh Quân
 Số vào sổ cấp GCN: CH 01234
"""
LAND_BOOK_TRUTH = {
    "serial": "BK 123456",
    "owner_name": "TRẦN VĂN NAM",
    "owner_birth_year": "1970",
    "owner_identity": "151234567",
    "owner_address": "Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "parcel": "251",
    "map_sheet": "74",
    "parcel_address": "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "area_m2": "120.5",
    "area_in_words": "Một trăm hai mươi phẩy năm mét vuông",
    "use_form": "Sử dụng riêng",
    "land_purpose": "Đất ở tại nông thôn",
    "use_term": "Lâu dài",
    "origin": "Nhà nước giao đất có thu tiền sử dụng đất",
    "issued_on": "2012-06-15",
    "issuer": "ỦY BAN NHÂN DÂN HUYỆN VŨ THƯ",
    "registry_number": "CH 01234",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Đoàn Minh Quân",
}

ENTERPRISE = """
   SỞ TÀI CHÍNH TỈNH BẮC NINH         CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   PHÒNG ĐĂNG KÝ KINH DOANH               Độc lập - Tự do - Hạnh phúc

               GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP
                  CÔNG TY TRÁCH NHIỆM HỮU HẠN
                   Mã số doanh nghiệp: 0100233488
               Đăng ký lần đầu: ngày 12 tháng 3 năm 2015
         Đăng ký thay đổi lần thứ: 2, ngày 07 tháng 5 năm 2025
 1. Tên công ty
 Tên công ty viết bằng tiếng Việt: CÔNG TY TNHH MÂY TÍM
 Tên công ty viết bằng tiếng nước ngoài: MAY TIM COMPANY LIMITED
 Tên công ty viết tắt: MAY TIM CO., LTD
 2. Địa chỉ trụ sở chính
 Số 5 đường Lý Thái Tổ, phường Kinh Bắc, tỉnh Bắc Ninh
 Điện thoại: 0222345678                 Email: lienhe@maytim.vn
 3. Vốn điều lệ: 2.000.000.000 đồng
 Bằng chữ: Hai tỷ đồng
 4. Người đại diện theo pháp luật của công ty
 * Họ và tên: PHAN THỊ HỒNG HÀ          Giới tính: Nữ
 Chức danh: Giám đốc
 Sinh ngày: 05/02/1982    Dân tộc: Kinh    Quốc tịch: Việt Nam
 Số giấy tờ pháp lý của cá nhân: 027182000127
 Địa chỉ thường trú: Phường Kinh Bắc, tỉnh Bắc Ninh
                                              TRƯỞNG PHÒNG


                                             Trần Quang Vinh
"""
ENTERPRISE_TRUTH = {
    "enterprise_code": "0100233488",
    "first_registered_on": "2015-03-12",
    "change_count": "2",
    "changed_on": "2025-05-07",
    "company_name": "CÔNG TY TNHH MÂY TÍM",
    "foreign_name": "MAY TIM COMPANY LIMITED",
    "short_name": "MAY TIM CO., LTD",
    "head_office": "Số 5 đường Lý Thái Tổ, phường Kinh Bắc, tỉnh Bắc Ninh",
    "phone": "0222345678",
    "email": "lienhe@maytim.vn",
    "charter_capital": "2000000000",
    "charter_capital_in_words": "Hai tỷ đồng",
    "representative_name": "PHAN THỊ HỒNG HÀ",
    "representative_sex": "Nữ",
    "representative_title": "Giám đốc",
    "representative_birth_date": "1982-02-05",
    "representative_ethnicity": "Kinh",
    "representative_nationality": "Việt Nam",
    "representative_identity": "027182000127",
    "representative_residence": "Phường Kinh Bắc, tỉnh Bắc Ninh",
    "issuer": "PHÒNG ĐĂNG KÝ KINH DOANH",
    "signer_title": "TRƯỞNG PHÒNG",
    "signer_name": "Trần Quang Vinh",
}

BUILDING_PERMIT = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   PHƯỜNG KINH BẮC                        Độc lập - Tự do - Hạnh phúc
   Số: 45/GPXD                      Kinh Bắc, ngày 07 tháng 8 năm 2025

                        GIẤY PHÉP XÂY DỰNG
                 (Sử dụng cho nhà ở riêng lẻ)
 1. Cấp cho: Ông Trần Văn Nam
 Địa chỉ: Số 12 phố Thiên Đức, phường Kinh Bắc, tỉnh Bắc Ninh
 2. Được phép xây dựng công trình: Nhà ở riêng lẻ
 Theo thiết kế có ký hiệu: KT-01
 Do: Công ty TNHH Mây Tím lập
 Vị trí xây dựng: Thửa đất số 251, tờ bản đồ số 74
 Cốt nền xây dựng: 0,3 m
 Mật độ xây dựng: 80%
 Tổng diện tích sàn: 240,5 m²
 Chiều cao công trình: 12,5 m       Số tầng: 3
 Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày ký.
 Nơi nhận:                                    CHỦ TỊCH
 - Như trên;


                                           Đoàn Minh Quân
"""
BUILDING_PERMIT_TRUTH = {
    "number": "45/GPXD",
    "holder_name": "Trần Văn Nam",
    "holder_address": "Số 12 phố Thiên Đức, phường Kinh Bắc, tỉnh Bắc Ninh",
    "work_name": "Nhà ở riêng lẻ",
    "designer": "Công ty TNHH Mây Tím",
    "parcel": "251",
    "map_sheet": "74",
    "density_percent": "80",
    "floor_area_m2": "240.5",
    "height_m": "12.5",
    "floors": "3",
    "valid_note": "12 tháng kể từ ngày ký",
    "issued_on": "2025-08-07",
    "issuer": "ỦY BAN NHÂN DÂN PHƯỜNG KINH BẮC",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Đoàn Minh Quân",
}

HISTORY = """
                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                    Độc lập - Tự do - Hạnh phúc

                         SƠ YẾU LÝ LỊCH
                            TỰ THUẬT
 Họ và tên: LÊ THỊ THU HÀ               Giới tính: Nữ
 Tên gọi khác: Không
 Ngày, tháng, năm sinh: 12/05/1998
 Nơi sinh: Xã Tân Lập, tỉnh Thái Bình
 Nguyên quán: Xã Tân Lập, tỉnh Thái Bình
 Nơi đăng ký thường trú: Xã Tân Lập, tỉnh Thái Bình
 Chỗ ở hiện nay: Phường Kinh Bắc, tỉnh Bắc Ninh
 Dân tộc: Kinh                          Tôn giáo: Không
 Số định danh cá nhân: 034198000123
 Ngày cấp: 01/05/2021    Nơi cấp: Cục Cảnh sát quản lý hành chính về trật tự xã hội
 Trình độ văn hóa: 12/12
 Quá trình hoạt động của bản thân: Học sinh, sinh viên
                                       Bắc Ninh, ngày 02 tháng 6 năm 2025
                                              NGƯỜI KHAI
                                            Lê Thị Thu Hà
 Xác nhận của Ủy ban nhân dân xã Tân Lập
                                       Tân Lập, ngày 05 tháng 6 năm 2025
                                        TM. ỦY BAN NHÂN DÂN XÃ TÂN LẬP
                                              CHỦ TỊCH


                                            Đoàn Minh Quân
"""
HISTORY_TRUTH = {
    "full_name": "LÊ THỊ THU HÀ",
    "sex": "Nữ",
    "other_name": "Không",
    "birth_date": "1998-05-12",
    "birth_place": "Xã Tân Lập, tỉnh Thái Bình",
    "hometown": "Xã Tân Lập, tỉnh Thái Bình",
    "residence": "Xã Tân Lập, tỉnh Thái Bình",
    "current_address": "Phường Kinh Bắc, tỉnh Bắc Ninh",
    "ethnicity": "Kinh",
    "religion": "Không",
    "personal_id": "034198000123",
    "id_issued_on": "2021-05-01",
    "id_issuer": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    "education": "12/12",
    "declared_on": "2025-06-02",
    "certified_on": "2025-06-05",
    "issuer": "ỦY BAN NHÂN DÂN XÃ TÂN LẬP",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Đoàn Minh Quân",
}

POWER_OF_ATTORNEY = """
                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                    Độc lập - Tự do - Hạnh phúc

                          GIẤY ỦY QUYỀN
 I. BÊN ỦY QUYỀN:
 Họ và tên: Trần Văn Nam
 Sinh ngày: 17/08/1990
 Số CCCD: 034090001235      Nơi cấp: Bộ Công an
 Nơi thường trú: Xã Tân Lập, tỉnh Thái Bình
 II. BÊN ĐƯỢC ỦY QUYỀN:
 Họ và tên: Lê Thị Hồng
 Sinh ngày: 05/02/1992
 Số CCCD: 034192000127      Nơi cấp: Bộ Công an
 Nơi thường trú: Phường Kinh Bắc, tỉnh Bắc Ninh
 III. NỘI DUNG ỦY QUYỀN:
 Nộp hồ sơ và nhận kết quả thủ tục cấp trích lục khai sinh.
 Thời hạn ủy quyền: 06 tháng kể từ ngày ký
                                Tân Lập, ngày 11 tháng 9 năm 2025
    BÊN ĐƯỢC ỦY QUYỀN                      BÊN ỦY QUYỀN


     Lê Thị Hồng                           Trần Văn Nam
"""
POWER_OF_ATTORNEY_TRUTH = {
    "principal_name": "Trần Văn Nam",
    "principal_birth_date": "1990-08-17",
    "principal_identity": "034090001235",
    "principal_residence": "Xã Tân Lập, tỉnh Thái Bình",
    "agent_name": "Lê Thị Hồng",
    "agent_birth_date": "1992-02-05",
    "agent_identity": "034192000127",
    "agent_residence": "Phường Kinh Bắc, tỉnh Bắc Ninh",
    "scope": "Nộp hồ sơ và nhận kết quả thủ tục cấp trích lục khai sinh",
    "term": "06 tháng kể từ ngày ký",
    "made_on": "2025-09-11",
    "place": "Tân Lập",
}

RESIDENCE = """
   CÔNG AN TỈNH THÁI BÌNH             CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   CÔNG AN XÃ TÂN LẬP                     Độc lập - Tự do - Hạnh phúc
   Số: 61/XN                        Tân Lập, ngày 18 tháng 8 năm 2025

                XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ
 1. Họ, chữ đệm và tên: TRẦN VĂN NAM
 2. Ngày, tháng, năm sinh: 17/08/1990    3. Giới tính: Nam
 4. Số định danh cá nhân: 034090001235
 5. Nơi thường trú: Xã Tân Lập, tỉnh Thái Bình
 6. Nơi tạm trú: Phường Kinh Bắc, tỉnh Bắc Ninh
 7. Nơi ở hiện tại: Phường Kinh Bắc, tỉnh Bắc Ninh
 8. Họ, chữ đệm và tên chủ hộ: TRẦN QUANG VINH    9. Quan hệ với chủ hộ: Con
 10. Số định danh cá nhân của chủ hộ: 034065000456
 12. Nội dung xác nhận khác: Không
 Xác nhận này có giá trị đến ngày 18 tháng 8 năm 2026
                                             TRƯỞNG CÔNG AN XÃ


                                              Vũ Văn Toàn
"""
RESIDENCE_TRUTH = {
    "number": "61/XN",
    "full_name": "TRẦN VĂN NAM",
    "birth_date": "1990-08-17",
    "sex": "Nam",
    "personal_id": "034090001235",
    "permanent_residence": "Xã Tân Lập, tỉnh Thái Bình",
    "temporary_residence": "Phường Kinh Bắc, tỉnh Bắc Ninh",
    "current_residence": "Phường Kinh Bắc, tỉnh Bắc Ninh",
    "household_head": "TRẦN QUANG VINH",
    "head_relation": "Con",
    "head_personal_id": "034065000456",
    "content": "Không",
    "valid_to": "2026-08-18",
    "issued_on": "2025-08-18",
    "issuer": "CÔNG AN XÃ TÂN LẬP",
    "signer_title": "TRƯỞNG CÔNG AN XÃ",
    "signer_name": "Vũ Văn Toàn",
}

DIPLOMA = """
               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                  Độc lập - Tự do - Hạnh phúc

                 GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH THÁI BÌNH
                             cấp
           BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG
 Cho: LÊ THỊ THU HÀ
 Ngày sinh: 12/05/2005
 Nơi sinh: Xã Tân Lập, tỉnh Thái Bình
 Giới tính: Nữ            Dân tộc: Kinh
 Học sinh trường: Trung học phổ thông Tân Lập
 Năm tốt nghiệp: 2023
 Xếp loại tốt nghiệp: Giỏi
                                Thái Bình, ngày 25 tháng 8 năm 2023
                                          GIÁM ĐỐC


                                       Trần Quang Vinh
 Số hiệu: B 1234567
 Số vào sổ gốc cấp bằng: 152/2023
"""
DIPLOMA_TRUTH = {
    "diploma_number": "B 1234567",
    "registry_number": "152/2023",
    "full_name": "LÊ THỊ THU HÀ",
    "birth_date": "2005-05-12",
    "birth_place": "Xã Tân Lập, tỉnh Thái Bình",
    "sex": "Nữ",
    "ethnicity": "Kinh",
    "school": "Trung học phổ thông Tân Lập",
    "graduation_year": "2023",
    "grade": "Giỏi",
    "issuer": "SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH THÁI BÌNH",
    "issued_on": "2023-08-25",
    "signer_title": "GIÁM ĐỐC",
    "signer_name": "Trần Quang Vinh",
}

LETTER_TRUTH = {
    "number": "55/BXD-QLN",
    "issuer": "BỘ XÂY DỰNG",
    "place": "Hà Nội",
    "issued_on": "2023-01-05",
    "abstract": "góp ý Quy trình làm giàu dữ liệu",
    "recipient": "Bộ Tài nguyên và Môi trường",
    "signer_title": "THỨ TRƯỞNG",
    "signer_name": "Nguyễn Văn Sinh",
}

DEGREE = """
   SOCIALIST REPUBLIC OF VIET NAM         CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   Independence - Freedom - Happiness         Độc lập - Tự do - Hạnh phúc

              RECTOR OF                               HIỆU TRƯỞNG
       SAO KHUE UNIVERSITY                     TRƯỜNG ĐẠI HỌC SAO KHUÊ
            has conferred                               cấp
       THE DEGREE OF BACHELOR                       BẰNG CỬ NHÂN
 Major: Information technology            Ngành: Công nghệ thông tin
 Upon: Mr Tran Van Nam                    Cho: TRẦN VĂN NAM
 Date of birth: 17 August 1990            Ngày sinh: 17/08/1990
 Year of graduation: 2012                 Năm tốt nghiệp: 2012
 Degree classification: Good              Hạng tốt nghiệp: Khá
                                          Hà Nội, ngày 25 tháng 8 năm 2012
                                                   HIỆU TRƯỞNG


                                                 Trần Quang Vinh
                                          Số hiệu: QH 0123456
 Reg. No: 152/CNTT                        Số vào sổ cấp bằng: 152/CNTT
"""
DEGREE_TRUTH = {
    "diploma_number": "QH 0123456",
    "registry_number": "152/CNTT",
    "full_name": "TRẦN VĂN NAM",
    "birth_date": "1990-08-17",
    "major": "Công nghệ thông tin",
    "graduation_year": "2012",
    "grade": "Khá",
    "school": "TRƯỜNG ĐẠI HỌC SAO KHUÊ",
    "issuer": "TRƯỜNG ĐẠI HỌC SAO KHUÊ",
    "issued_on": "2012-08-25",
    "signer_title": "HIỆU TRƯỞNG",
    "signer_name": "Trần Quang Vinh",
}

LAND_2024 = """
               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                  Độc lập - Tự do - Hạnh phúc
                        GIẤY CHỨNG NHẬN
        QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT
 1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:
 Ông Trần Văn Nam, CCCD số: 034070001235
 Địa chỉ: Xã Tân Lập, tỉnh Hưng Yên
 và vợ bà Lê Thị Hồng, CCCD số: 034172000127
 2. Thông tin thửa đất:
 Thửa đất số: 251        Tờ bản đồ số: 74
 Diện tích: 120,5 m²
 Loại đất: Đất ở tại nông thôn
 Thời hạn sử dụng đất: Lâu dài
 Hình thức sử dụng đất: Sử dụng chung
 Địa chỉ: Thôn Đồng Mít, xã Tân Lập, tỉnh Hưng Yên
 Nguồn gốc sử dụng đất: Nhận chuyển nhượng đất được Nhà nước giao đất
 3. Thông tin tài sản gắn liền với đất: Không
 4. Ghi chú: Không
                                  Hưng Yên, ngày 15 tháng 8 năm 2025
                                  VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI TỈNH HƯNG YÊN
                                            GIÁM ĐỐC


                                         Đoàn Minh Quân
 Số phát hành: AA 01234567
 Số vào sổ cấp Giấy chứng nhận: VP 01234
"""
LAND_2024_TRUTH = {
    "serial": "AA 01234567",
    "registry_number": "VP 01234",
    "owner_name": "Trần Văn Nam",
    "owner_identity": "034070001235",
    "owner_address": "Xã Tân Lập, tỉnh Hưng Yên",
    "spouse_name": "Lê Thị Hồng",
    "spouse_identity": "034172000127",
    "parcel": "251",
    "map_sheet": "74",
    "parcel_address": "Thôn Đồng Mít, xã Tân Lập, tỉnh Hưng Yên",
    "area_m2": "120.5",
    "use_form": "Sử dụng chung",
    "land_purpose": "Đất ở tại nông thôn",
    "use_term": "Lâu dài",
    "origin": "Nhận chuyển nhượng đất được Nhà nước giao đất",
    "issued_on": "2025-08-15",
    "issuer": "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI TỈNH HƯNG YÊN",
    "signer_title": "GIÁM ĐỐC",
    "signer_name": "Đoàn Minh Quân",
}
