"""Units of measure by their names in English, German and Chinese, and what they convert to."""

#: dimension, and how much of its first unit one is; temperatures in degrees Celsius and Fahrenheit
_UNITS = {
    ("length", 1): "m metre metres meter meters metern 米 公尺",
    ("length", 1000): "km kilometre kilometres kilometer kilometers kilometern 公里 千米",
    ("length", 0.01): "cm centimetre centimetres centimeter centimeters zentimeter zentimetern"
    " 厘米 公分",
    ("length", 0.001): "mm millimetre millimetres millimeter millimeters millimetern 毫米",
    ("length", 500): "里",
    ("length", 1609.344): "mile miles mi meile meilen 英里",
    ("length", 1852): "nautical seemeile seemeilen 海里",
    ("length", 0.3048): "ft foot feet fuß 英尺",
    ("length", 0.9144): "yd yard yards 码",
    ("length", 0.0254): "in inch inches zoll 英寸 寸",
    ("area", 1): "m² qm quadratmeter quadratmetern 平方米 平方公尺 平米",
    ("area", 10**6): "km² quadratkilometer quadratkilometern 平方公里 平方千米",
    ("area", 10**4): "ha hectare hectares hektar 公顷",
    ("area", 4046.86): "acre acres morgen 英亩",
    ("area", 666.67): "亩",
    ("area", 2.59 * 10**6): "square-miles quadratmeilen 平方英里",
    ("area", 0.0929): "square-feet sqft quadratfuß 平方英尺",
    ("mass", 1): "kg kilo kilos kilogram kilograms kilogramm 公斤 千克",
    ("mass", 0.001): "g gram grams gramm 克",
    ("mass", 1000): "t ton tons tonne tonnes tonnen 吨",
    ("mass", 0.4536): "lb lbs pound pounds 磅",
    ("mass", 0.5): "pfund 斤",
    ("mass", 6.35): "stone",
    ("mass", 50): "zentner",
    ("mass", 0.02835): "oz ounce ounces unze unzen 盎司",
    ("volume", 1): "l litre litres liter liters litern 升",
    ("volume", 0.001): "ml millilitre millilitres milliliter milliliters 毫升",
    ("volume", 0.01): "cl zentiliter",
    ("volume", 100): "hectolitre hectolitres hektoliter",
    ("volume", 3.785): "gallon gallons gallonen 加仑",
    ("volume", 0.52): "pint pints",
    ("volume", 159): "barrel barrels fass 桶",
    ("speed", 1): "km/h kph stundenkilometer stundenkilometern",
    ("speed", 1.609): "mph",
    ("temperature", 1): "°c celsius 摄氏度",
    ("temperature", 2): "°f fahrenheit 华氏度",
    ("time", 1): "day days tag tage tagen 天 日",
    ("time", 7): "week weeks woche wochen 周 星期 个星期",
    ("time", 30.4): "month months monat monate monaten 个月",
    ("time", 365): "year years jahr jahre jahren 年",
    ("time", 3650): "decade decades jahrzehnt jahrzehnte jahrzehnten",
    ("hours", 1): "hour hours stunde stunden 小时 个小时",
    ("hours", 1 / 60): "minute minutes minuten 分钟",
    ("hours", 1 / 3600): "second seconds sekunde sekunden 秒",
    ("hours", 24): "24-hours",
    ("money", 1): "euro euros dollar dollars 元 欧元 美元",
    ("money", 0.01): "cent cents 美分 欧分 分",
}
UNITS = {name: unit for unit, names in _UNITS.items() for name in names.split()}
#: relative difference that two ways to give a measure may have: both are rounded
_TOLERANCE = 0.07


def same_measure(value, unit, other, other_unit):
    """Whether two numbers with units, as in UNITS, are one measure in different units."""
    if not (unit and other_unit) or unit == other_unit or unit[0] != other_unit[0]:
        return False
    if unit[0] == "temperature":
        celsius, fahrenheit = (value, other) if unit[1] == 1 else (other, value)
        return abs(celsius * 1.8 + 32 - fahrenheit) <= 2.5
    ours, theirs = value * unit[1], other * other_unit[1]
    return abs(ours - theirs) <= _TOLERANCE * max(ours, theirs)
