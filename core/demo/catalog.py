"""The invented goods of the demo shop: categories with their purchase cycles, products with the baby's age they suit."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from core.demo.shop import Floats, Ints


class Category(IntEnum):
    """Categories; the value is the row of every table below."""

    FORMULA = 0
    DIAPERS = 1
    FOOD = 2
    FEEDING = 3
    CARE = 4
    CLOTHES = 5
    TOYS = 6
    MOTHER = 7


CATEGORY_NAMES = ("奶粉", "纸尿裤", "辅食", "喂养用品", "洗护", "童装", "玩具图书", "孕妈用品")
CYCLE_DAYS = np.array([28.0, 25.0, 20.0, 75.0, 60.0, 70.0, 65.0, 40.0])

# Stages of a baby's age: before birth, 0-6, 6-12, 12-24, 24-36, from 36 months on, and buyers without a baby (gifts).
STAGES = 7
GIFT_STAGE = 6
_STAGE_MONTHS = np.array([0.0, 6.0, 12.0, 24.0, 36.0])

# How the basket of a baby of each stage is made up: rows are categories, columns stages.
BASKET = np.array(
    [
        [0.03, 0.26, 0.26, 0.25, 0.16, 0.06, 0.05],
        [0.05, 0.28, 0.26, 0.22, 0.10, 0.02, 0.04],
        [0.00, 0.01, 0.20, 0.19, 0.16, 0.10, 0.03],
        [0.20, 0.17, 0.11, 0.08, 0.06, 0.04, 0.10],
        [0.12, 0.13, 0.09, 0.08, 0.12, 0.18, 0.10],
        [0.15, 0.09, 0.05, 0.10, 0.20, 0.29, 0.30],
        [0.03, 0.04, 0.03, 0.08, 0.20, 0.31, 0.38],
        [0.42, 0.02, 0.00, 0.00, 0.00, 0.00, 0.00],
    ]
)

# What a customer who came for one category (row) has as the main need once the baby is in a stage (column).
_F, _D, _A, _E, _C, _T, _Y, _M = (int(category) for category in Category)
MAIN_NEED: Ints = np.array(
    [
        [_M, _F, _F, _F, _F, _Y, _Y],
        [_M, _D, _D, _D, _D, _T, _T],
        [_M, _F, _A, _A, _A, _Y, _Y],
        [_E, _E, _E, _E, _C, _C, _E],
        [_C, _C, _C, _C, _C, _C, _C],
        [_M, _T, _T, _T, _T, _T, _T],
        [_M, _D, _D, _Y, _Y, _Y, _Y],
        [_M, _F, _F, _F, _Y, _Y, _Y],
    ],
    dtype=np.int64,
)

# Packs in one order on an ordinary day, before the customer's own habit.
USUAL_PACKS = np.array([1.0, 1.5, 2.6, 1.1, 1.7, 1.4, 1.6, 1.2])


@dataclass(frozen=True)
class Product:
    """One item: price in whole yuan, cost as a share of it in percent, first and last suitable stage."""

    category: Category
    title: str
    price: int
    cost_percent: int
    first: int
    last: int


def _row(category: Category, title: str, price: int, cost_percent: int, first: int, last: int) -> Product:
    return Product(category, title, price, cost_percent, first, last)


_FORMULA, _DIAPERS, _FOOD, _FEEDING = Category.FORMULA, Category.DIAPERS, Category.FOOD, Category.FEEDING
_CARE, _CLOTHES, _TOYS, _MOTHER = Category.CARE, Category.CLOTHES, Category.TOYS, Category.MOTHER
PRODUCTS: tuple[Product, ...] = (
    _row(_FORMULA, "云牧 婴儿配方奶粉1段 0-6个月 800g罐装", 218, 60, 1, 1),
    _row(_FORMULA, "云牧 较大婴儿配方奶粉2段 6-12个月 800g罐装", 208, 60, 2, 2),
    _row(_FORMULA, "云牧 幼儿配方奶粉3段 1-3岁 800g罐装", 188, 59, 3, 4),
    _row(_FORMULA, "云牧 儿童成长奶粉4段 3岁以上 700g罐装", 158, 58, 5, 6),
    _row(_FORMULA, "初禾 A2型蛋白婴儿奶粉1段 700g", 288, 58, 1, 1),
    _row(_FORMULA, "初禾 A2型蛋白婴儿奶粉2段 700g", 278, 58, 2, 2),
    _row(_FORMULA, "初禾 A2型蛋白幼儿奶粉3段 700g", 258, 57, 3, 4),
    _row(_FORMULA, "咩咩森林 幼儿配方羊奶粉 1-3岁 400g×2", 228, 57, 2, 4),
    _row(_FORMULA, "初禾 孕产妇配方奶粉 400g 含叶酸", 98, 54, 0, 0),
    _row(_DIAPERS, "云朵 柔薄纸尿裤 NB码 84片 新生儿", 89, 58, 0, 1),
    _row(_DIAPERS, "云朵 柔薄纸尿裤 S码 76片", 95, 58, 1, 1),
    _row(_DIAPERS, "云朵 柔薄纸尿裤 M码 68片", 99, 58, 1, 2),
    _row(_DIAPERS, "云朵 柔薄纸尿裤 L码 60片", 105, 58, 2, 3),
    _row(_DIAPERS, "云朵 柔薄拉拉裤 XL码 54片", 115, 57, 3, 4),
    _row(_DIAPERS, "云朵 夜用安睡拉拉裤 XXL码 42片", 119, 57, 4, 6),
    _row(_DIAPERS, "小海豚 超薄透气拉拉裤 L码 50片×2包", 149, 56, 2, 4),
    _row(_DIAPERS, "小海豚 游泳防水纸尿裤 通码 12片", 45, 52, 2, 6),
    _row(_FOOD, "麦芽田 高铁原味米粉 225g 6个月起", 39, 52, 1, 3),
    _row(_FOOD, "麦芽田 有机胡萝卜米粉 225g", 45, 52, 2, 3),
    _row(_FOOD, "麦芽田 婴儿果泥 苹果西梅味 100g×6袋", 49, 54, 2, 4),
    _row(_FOOD, "麦芽田 溶豆 原味酸奶 20g×3盒", 36, 50, 2, 4),
    _row(_FOOD, "麦芽田 宝宝营养面 无盐细面 200g×3", 42, 51, 2, 5),
    _row(_FOOD, "小饭团 儿童鳕鱼肠 60g×4", 39, 55, 3, 6),
    _row(_FOOD, "小饭团 儿童手指饼干 磨牙棒 90g", 19, 48, 2, 4),
    _row(_FOOD, "小饭团 儿童奶酪棒 高钙 500g", 59, 58, 3, 6),
    _row(_FOOD, "小饭团 核桃油 辅食用油 110ml", 49, 50, 2, 4),
    _row(_FEEDING, "圆圆 宽口径PPSU奶瓶 240ml 防胀气", 89, 45, 0, 3),
    _row(_FEEDING, "圆圆 仿母乳奶嘴 M号 2只装", 39, 42, 0, 3),
    _row(_FEEDING, "圆圆 婴儿辅食碗勺套装 吸盘碗", 49, 44, 2, 4),
    _row(_FEEDING, "圆圆 儿童吸管杯 学饮杯 260ml", 69, 44, 2, 6),
    _row(_FEEDING, "圆圆 恒温调奶器 1.2L", 159, 56, 0, 2),
    _row(_FEEDING, "圆圆 奶瓶消毒烘干一体机", 199, 58, 0, 2),
    _row(_FEEDING, "圆圆 儿童保温水杯 316不锈钢 400ml", 89, 46, 4, 6),
    _row(_CARE, "棉朵 婴儿手口湿巾 80抽×6包", 45, 55, 0, 6),
    _row(_CARE, "棉朵 婴儿棉柔巾 100抽×6包", 55, 56, 0, 6),
    _row(_CARE, "棉朵 婴儿润肤乳 秋冬保湿 200ml", 69, 42, 0, 6),
    _row(_CARE, "棉朵 儿童洗发沐浴二合一 400ml", 59, 43, 1, 6),
    _row(_CARE, "棉朵 护臀膏 红屁屁专用 60g", 39, 40, 0, 3),
    _row(_CARE, "棉朵 婴儿洗衣液 2L×2", 65, 54, 0, 6),
    _row(_CARE, "棉朵 儿童防晒乳 SPF30 50ml", 79, 41, 3, 6),
    _row(_CARE, "棉朵 儿童含氟牙膏 牛奶草莓味 45g×2", 36, 45, 3, 6),
    _row(_CLOTHES, "小团子 新生儿连体衣 纯棉 2件装", 79, 48, 0, 2),
    _row(_CLOTHES, "小团子 婴儿秋冬夹棉外出服", 119, 48, 1, 3),
    _row(_CLOTHES, "小团子 宝宝分体睡衣 四季款", 69, 48, 2, 6),
    _row(_CLOTHES, "小团子 儿童纯棉长袖T恤 2件装", 79, 47, 4, 6),
    _row(_CLOTHES, "小团子 儿童轻薄羽绒服", 159, 52, 4, 6),
    _row(_CLOTHES, "小团子 学步鞋 软底防滑 机能鞋", 129, 49, 3, 5),
    _row(_CLOTHES, "小团子 宝宝棉袜 5双装", 29, 45, 0, 6),
    _row(_TOYS, "积木屋 婴儿黑白视觉激发卡", 29, 40, 0, 2),
    _row(_TOYS, "积木屋 手摇铃牙胶 5件套", 39, 44, 1, 2),
    _row(_TOYS, "积木屋 布书 撕不烂 早教 3册", 49, 45, 1, 3),
    _row(_TOYS, "积木屋 大颗粒积木 80块 桶装", 89, 50, 3, 6),
    _row(_TOYS, "积木屋 睡前故事绘本 10册", 68, 46, 3, 6),
    _row(_TOYS, "积木屋 木质拼图 认知 6幅", 45, 45, 4, 6),
    _row(_TOYS, "积木屋 儿童滑板车 可折叠", 169, 57, 4, 6),
    _row(_TOYS, "积木屋 礼盒 满月百天礼物 8件", 169, 52, 6, 6),
    _row(_MOTHER, "好孕记 孕妇防辐射待产包 24件", 189, 52, 0, 0),
    _row(_MOTHER, "好孕记 产妇卫生巾 计量型 6片×3", 49, 48, 0, 1),
    _row(_MOTHER, "好孕记 哺乳内衣 纯棉 2件", 99, 46, 0, 1),
    _row(_MOTHER, "好孕记 妊娠油 淡纹护理 120ml", 119, 42, 0, 1),
    _row(_MOTHER, "好孕记 防溢乳垫 100片", 39, 48, 0, 1),
)

PRICE_FEN: Ints = np.array([product.price * 100 for product in PRODUCTS], dtype=np.int64)
CATEGORY_OF: Ints = np.array([int(product.category) for product in PRODUCTS], dtype=np.int64)


def products_frame() -> pd.DataFrame:
    """product_key, title, category, price_fen, cost_fen; one row per product, in catalog order."""
    return pd.DataFrame(
        {
            "product_key": [str(610_000_010_007 + 104_729 * index) for index in range(len(PRODUCTS))],
            "title": [product.title for product in PRODUCTS],
            "category": [CATEGORY_NAMES[product.category] for product in PRODUCTS],
            "price_fen": PRICE_FEN,
            "cost_fen": [product.price * product.cost_percent for product in PRODUCTS],
        }
    )


def stage_of(age_months: Floats) -> Ints:
    """The stage (0..6) of each baby's age in months; missing ages are buyers of gifts."""
    stage = np.searchsorted(_STAGE_MONTHS, age_months, side="right").astype(np.int64)
    return np.where(np.isnan(age_months), GIFT_STAGE, stage)


def _options() -> tuple[Ints, Ints]:
    """Product rows by (category, stage), padded, and how many of them count; a category that suits no one offers all."""
    lists = [
        [
            [i for i, p in enumerate(PRODUCTS) if p.category == category and p.first <= stage <= p.last]
            or [i for i, p in enumerate(PRODUCTS) if p.category == category]
            for stage in range(STAGES)
        ]
        for category in Category
    ]
    width = max(len(rows) for row in lists for rows in row)
    padded = [[rows + rows[-1:] * (width - len(rows)) for rows in row] for row in lists]
    return np.array(padded, dtype=np.int64), np.array([[len(rows) for rows in row] for row in lists], dtype=np.int64)


OPTIONS, OPTION_COUNT = _options()
