using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Qwen's sliding window: in force only where <c>use_sliding_window</c> is true, in the layers that <c>layer_types</c> names or,
/// without that list, from layer <c>max_window_layers</c> on. Published configurations carry a window that is switched off.
/// </summary>
internal static class QwenWindow
{
    public static (int? Window, ValueList<int> Layers) Read(JsonFields fields, int layerCount)
    {
        if (!fields.Bool("use_sliding_window", false) || !fields.Has("sliding_window")) return (null, []);
        var window = fields.Int("sliding_window", 1, 1 << 30);
        var types = fields.Strings("layer_types");
        var layers = new List<int>();
        if (types.Count > 0)
        {
            if (types.Count != layerCount) throw fields.Error("layer_types", $"has {types.Count} entries for {layerCount} layers.");
            for (var i = 0; i < layerCount; i++)
            {
                if (types[i] == "sliding_attention") layers.Add(i);
                else if (types[i] != "full_attention") throw fields.Error("layer_types", $"'{types[i]}' is neither full_attention nor sliding_attention.");
            }
        }
        else
        {
            for (var i = fields.Int("max_window_layers", 0, 1 << 20, 28); i < layerCount; i++) layers.Add(i);
        }

        return layers.Count == 0 ? (null, []) : (window, new ValueList<int>(layers.ToArray()));
    }

    public static void Write(Utf8JsonWriter json, ModelConfiguration configuration)
    {
        json.WriteBoolean("use_sliding_window", configuration.SlidingWindow is not null);
        if (configuration.SlidingWindow is not { } window)
        {
            json.WriteNull("sliding_window");
            return;
        }

        json.WriteNumber("sliding_window", window);
        json.WriteStartArray("layer_types");
        for (var i = 0; i < configuration.LayerCount; i++) json.WriteStringValue(configuration.Slides(i) ? "sliding_attention" : "full_attention");
        json.WriteEndArray();
    }
}
