using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>
/// A value of the template language, with Python's names and rules. These classes are all a template can touch: there is no
/// way from here to a .NET object.
/// </summary>
internal abstract class JinjaValue
{
    /// <summary>Python's name of the type, for messages.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsTrue => true;

    public static implicit operator JinjaValue(string text) => new JinjaString(text);

    public static implicit operator JinjaValue(bool value) => JinjaBool.Of(value);

    public static implicit operator JinjaValue(int value) => new JinjaInt(value);
}

/// <summary>What a missing name or attribute gives: prints as nothing, is false, and fails with its message at any other use.</summary>
internal sealed class JinjaUndefined(string message) : JinjaValue
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public JinjaException Failure() => new(message);

    public static JinjaUndefined Name(string name) => new($"'{name}' is undefined");

    public static JinjaUndefined Attribute(JinjaValue target, string name) => new($"{Describe(target, quoted: true)} has no attribute {PythonText.Quote(name)}");

    public static JinjaUndefined Element(JinjaValue target, JinjaValue key) => new($"{Describe(target, quoted: false)} has no element {key switch { JinjaInt i when i.Value.GetBitLength() < 64 => i.Value.ToString(), _ => key.TypeName }}");

    public static JinjaUndefined Unsafe(JinjaValue target, string name) => new($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.");

    private static string Describe(JinjaValue target, bool quoted) => target is JinjaNone ? "None" : quoted ? $"'{target.TypeName} object'" : $"{target.TypeName} object";
}

internal sealed class JinjaNone : JinjaValue
{
    public static readonly JinjaNone Instance = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

internal sealed class JinjaBool(bool value) : JinjaValue
{
    public static readonly JinjaBool True = new(true);
    public static readonly JinjaBool False = new(false);

    public override string TypeName => "bool";

    public override bool IsTrue => value;

    public static JinjaBool Of(bool value) => value ? True : False;
}

/// <summary>A whole number of any size up to the limit of <see cref="JinjaArithmetic"/>.</summary>
internal sealed class JinjaInt(BigInteger value) : JinjaValue
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;
}

internal sealed class JinjaFloat(double value) : JinjaValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}

/// <summary>Text, measured in code points. Markup is text already escaped for HTML, which only <c>autoescape</c> blocks and <c>escape</c> tell apart.</summary>
internal sealed class JinjaString(string text, bool isMarkup = false) : JinjaValue
{
    private int _length = -1;

    public string Text { get; } = text;

    public bool IsMarkup { get; } = isMarkup;

    public override string TypeName => IsMarkup ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    /// <summary>Length in code points.</summary>
    public int Length => _length >= 0 ? _length : _length = PythonText.Length(Text);

    /// <summary>Whether every code point is one UTF-16 unit, so that positions are the same in both.</summary>
    public bool IsPlain => Length == Text.Length;
}

/// <summary>What <c>'text'.encode()</c> gives; it can be measured, indexed and printed.</summary>
internal sealed class JinjaBytes(byte[] bytes) : JinjaValue
{
    public byte[] Bytes { get; } = bytes;

    public override string TypeName => "bytes";

    public override bool IsTrue => Bytes.Length > 0;
}

/// <summary>A list or a tuple; neither ever changes, since the sandbox refuses the methods that would.</summary>
internal sealed class JinjaList(IReadOnlyList<JinjaValue> items, bool isTuple = false) : JinjaValue
{
    public IReadOnlyList<JinjaValue> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    /// <summary>Names of the elements where the tuple has them, as groupby's pairs do.</summary>
    public IReadOnlyList<string>? ElementNames { get; init; }

    public override string TypeName => ElementNames is not null ? "_GroupTuple" : IsTuple ? "tuple" : "list";

    public override bool IsTrue => Items.Count > 0;

    public static JinjaList Tuple(params JinjaValue[] items) => new(items, isTuple: true);
}

/// <summary>A dictionary in insertion order. It is filled once, where it is made.</summary>
internal sealed class JinjaDict : JinjaValue
{
    private readonly Dictionary<JinjaValue, JinjaValue> _entries = new(JinjaKeyComparer.Instance);

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public int Count => _entries.Count;

    public IReadOnlyCollection<KeyValuePair<JinjaValue, JinjaValue>> Entries => _entries;

    public void Set(JinjaValue key, JinjaValue value) => _entries[key] = value;

    public JinjaValue? Find(JinjaValue key) => _entries.GetValueOrDefault(key);
}

/// <summary>What <c>dict.keys()</c>, <c>values()</c> and <c>items()</c> give.</summary>
internal sealed class JinjaDictView(JinjaDict dict, string kind) : JinjaValue
{
    public JinjaDict Dict { get; } = dict;

    public string Kind { get; } = kind;

    public override string TypeName => $"dict_{Kind}";

    public override bool IsTrue => Dict.IsTrue;
}

/// <summary>Python's range: start, step and how many; at most 100,000 numbers, as in Jinja's sandbox.</summary>
internal sealed class JinjaRange(BigInteger start, BigInteger stop, BigInteger step, int count) : JinjaValue
{
    public BigInteger Start { get; } = start;

    public BigInteger Stop { get; } = stop;

    public BigInteger Step { get; } = step;

    public int Count { get; } = count;

    public override string TypeName => "range";

    public override bool IsTrue => Count > 0;

    public JinjaInt this[int index] => new(Start + (Step * index));
}

/// <summary>The one value a template can change: <c>set ns.name = value</c>.</summary>
internal sealed class JinjaNamespace : JinjaValue
{
    public Dictionary<string, JinjaValue> Attributes { get; } = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";
}

/// <summary>Something that can be called: a global, a method bound to its value, or a macro.</summary>
internal sealed class JinjaFunction(string name, Func<JinjaArguments, JinjaValue> call) : JinjaValue
{
    public string Name { get; } = name;

    /// <summary>Attributes a template may ask for, as a macro's name and arguments.</summary>
    public Dictionary<string, JinjaValue>? Attributes { get; init; }

    public override string TypeName => Attributes is not null ? "Macro" : "function";

    public JinjaValue Call(JinjaArguments arguments) => call(arguments);
}
