using System.Globalization;

namespace Deliberate.Jinja;

/// <summary>C's <c>strftime</c> in the C locale, as <c>datetime.now().strftime</c> gives it on Linux: no time zone, <c>%-d</c> without padding.</summary>
internal static class PythonTime
{
    public static string Format(JinjaRun run, string format, DateTimeOffset now)
    {
        var writer = run.Write();
        Write(writer, format, now);
        return writer.ToString();
    }

    private static void Write(JinjaWriter writer, string format, DateTimeOffset now)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                writer.Append(format[i]);
                continue;
            }

            var start = i++;
            var flag = format[i] is '-' or '_' or '0' or '^' or '#' && i + 1 < format.Length ? format[i++] : '\0';
            if (Composite(format[i]) is { } longer)
            {
                Write(writer, longer, now);
                continue;
            }

            var text = Field(format[i], flag, now) ?? format[start..(i + 1)];
            writer.Append(flag == '^' ? text.ToUpperInvariant() : text);
        }
    }

    private static string? Composite(char field) => field switch
    {
        'c' => "%a %b %e %H:%M:%S %Y",
        'x' or 'D' => "%m/%d/%y",
        'X' or 'T' => "%H:%M:%S",
        'F' => "%Y-%m-%d",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        _ => null,
    };

    private static string? Field(char field, char flag, DateTimeOffset now)
    {
        var culture = CultureInfo.InvariantCulture;
        return field switch
        {
            'a' => now.ToString("ddd", culture),
            'A' => now.ToString("dddd", culture),
            'b' or 'h' => now.ToString("MMM", culture),
            'B' => now.ToString("MMMM", culture),
            'd' => Number(now.Day, 2, flag),
            'e' => Number(now.Day, 2, flag == '\0' ? '_' : flag),
            'm' => Number(now.Month, 2, flag),
            'y' => Number(now.Year % 100, 2, flag),
            'Y' => Number(now.Year, 1, flag),
            'C' => Number(now.Year / 100, 2, flag),
            'H' => Number(now.Hour, 2, flag),
            'k' => Number(now.Hour, 2, flag == '\0' ? '_' : flag),
            'I' => Number(((now.Hour + 11) % 12) + 1, 2, flag),
            'l' => Number(((now.Hour + 11) % 12) + 1, 2, flag == '\0' ? '_' : flag),
            'M' => Number(now.Minute, 2, flag),
            'S' => Number(now.Second, 2, flag),
            'f' => Number((int)(now.Ticks % TimeSpan.TicksPerSecond / 10), 6, '\0'),
            'j' => Number(now.DayOfYear, 3, flag),
            'u' => Number((((int)now.DayOfWeek + 6) % 7) + 1, 1, flag),
            'w' => Number((int)now.DayOfWeek, 1, flag),
            'U' => Number((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7, 2, flag),
            'W' => Number((now.DayOfYear + 6 - (((int)now.DayOfWeek + 6) % 7)) / 7, 2, flag),
            'V' => Number(ISOWeek.GetWeekOfYear(now.DateTime), 2, flag),
            'G' => Number(ISOWeek.GetYear(now.DateTime), 1, flag),
            'p' => now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            's' => now.ToUnixTimeSeconds().ToString(culture),
            'n' => "\n",
            't' => "\t",
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }

    private static string Number(int value, int width, char flag)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture);
        return flag == '-' ? digits : digits.PadLeft(width, flag == '_' ? ' ' : '0');
    }
}
