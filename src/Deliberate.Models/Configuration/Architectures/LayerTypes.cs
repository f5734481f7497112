using System.Text.Json;

namespace Deliberate.Models;

/// <summary><c>layer_types</c> of config.json: which layers' attention is limited to the sliding window.</summary>
internal static class LayerTypes
{
    private const string Field = "layer_types";
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    /// <summary>The layers that slide; null where the list is not there.</summary>
    public static ValueList<int>? Read(JsonField fields, int layerCount)
    {
        var types = fields[Field].Strings();
        if (types.Count == 0) return null;
        if (types.Count != layerCount) throw fields[Field].Error($"has {types.Count} entries for {layerCount} layers.");
        var layers = new List<int>();
        for (var i = 0; i < layerCount; i++)
        {
            if (types[i] == Sliding) layers.Add(i);
            else if (types[i] != Full) throw fields[Field].Error($"'{types[i]}' is neither {Full} nor {Sliding}.");
        }

        return Of(layers);
    }

    public static ValueList<int> Of(IEnumerable<int> layers) => new(layers.ToArray());

    /// <summary>All layers but each n-th, as Gemma has them.</summary>
    public static ValueList<int> ButEach(int n, int layerCount) => Of(Enumerable.Range(0, layerCount).Where(i => (i + 1) % n != 0));

    public static void Write(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteStartArray(Field);
        for (var i = 0; i < configuration.LayerCount; i++) json.WriteStringValue(configuration.Slides(i) ? Sliding : Full);
        json.WriteEndArray();
    }
}
