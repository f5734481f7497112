namespace Deliberate.Jinja;

/// <summary>The evaluated arguments of a call, and how they are bound to the parameters of a filter, method or global.</summary>
internal sealed class JinjaArguments(IReadOnlyList<JinjaValue> positional, IReadOnlyList<KeyValuePair<string, JinjaValue>> named)
{
    public static readonly JinjaArguments None = new([], []);

    public IReadOnlyList<JinjaValue> Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, JinjaValue>> Named { get; } = named;

    public JinjaValue? Find(string name)
    {
        foreach (var (key, value) in Named)
        {
            if (key == name) return value;
        }

        return null;
    }

    /// <summary>The value of each parameter, null where it is not given.</summary>
    public JinjaValue?[] Bind(string callee, string[] parameters, int required)
    {
        if (Positional.Count > parameters.Length) throw new JinjaException($"{callee}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        var bound = new JinjaValue?[parameters.Length];
        for (var i = 0; i < Positional.Count; i++) bound[i] = Positional[i];
        foreach (var (key, value) in Named)
        {
            var index = Array.IndexOf(parameters, key);
            if (index < 0) throw new JinjaException($"{callee}() got an unexpected keyword argument '{key}'");
            if (bound[index] is not null) throw new JinjaException($"{callee}() got multiple values for argument '{key}'");
            bound[index] = value;
        }

        for (var i = 0; i < required; i++)
        {
            if (bound[i] is null) throw new JinjaException($"{callee}() missing 1 required positional argument: '{parameters[i]}'");
        }

        return bound;
    }
}
