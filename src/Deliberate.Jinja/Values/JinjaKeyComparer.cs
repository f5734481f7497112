namespace Deliberate.Jinja;

/// <summary>
/// Equality of dictionary keys: as Python's, so that 1, 1.0 and true are one key and Markup equals the same text. Lists and
/// dictionaries are no keys.
/// </summary>
internal sealed class JinjaKeyComparer : IEqualityComparer<JinjaValue>
{
    public static readonly JinjaKeyComparer Instance = new();

    /// <summary>Tuples within tuple keys stay small, so that shared ones cannot make a key expensive.</summary>
    private const int MaxNesting = 3;

    private const int MaxInnerItems = 16;

    public bool Equals(JinjaValue? x, JinjaValue? y) => (x, y) switch
    {
        (JinjaString a, JinjaString b) => a.Text == b.Text,
        (JinjaNone, JinjaNone) or (JinjaUndefined, JinjaUndefined) => true,
        (JinjaList a, JinjaList b) => SameItems(a, b),
        (JinjaBytes a, JinjaBytes b) => a.Bytes.AsSpan().SequenceEqual(b.Bytes),
        _ => x is not null && y is not null && (ReferenceEquals(x, y) || (JinjaArithmetic.IsNumber(x) && JinjaArithmetic.IsNumber(y) && JinjaArithmetic.Compare(x, y) == 0)),
    };

    private bool SameItems(JinjaList a, JinjaList b)
    {
        if (a.Items.Count != b.Items.Count) return false;
        for (var i = 0; i < a.Items.Count; i++)
        {
            if (!Equals(a.Items[i], b.Items[i])) return false;
        }

        return true;
    }

    public int GetHashCode(JinjaValue value) => Hash(value, 0);

    private static int Hash(JinjaValue value, int depth)
    {
        switch (value)
        {
            case JinjaString text: return text.Text.GetHashCode(StringComparison.Ordinal);
            case JinjaBool or JinjaInt: return JinjaArithmetic.ToInteger(value).GetHashCode();
            case JinjaFloat f: return double.IsInteger(f.Value) ? new System.Numerics.BigInteger(f.Value).GetHashCode() : f.Value.GetHashCode();
            case JinjaNone or JinjaUndefined: return 0;
            case JinjaBytes bytes:
                var content = new HashCode();
                content.AddBytes(bytes.Bytes);
                return content.ToHashCode();
            case JinjaList { IsTuple: true } tuple when depth == 0 || (depth < MaxNesting && tuple.Items.Count <= MaxInnerItems):
                var hash = new HashCode();
                foreach (var item in tuple.Items) hash.Add(Hash(item, depth + 1));
                return hash.ToHashCode();
            case JinjaList or JinjaDict: throw new JinjaException($"unhashable type: '{value.TypeName}'");
            default: return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value);
        }
    }
}
