using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deliberate.Core;

/// <summary>
/// The keys of a recipe section: the settable public properties of a record or class, and the parameters of its constructor, in
/// the order of declaration. Keys are snake_case, or what <see cref="JsonPropertyNameAttribute"/> says; defaults are those of
/// the type; <c>required</c>, <see cref="RequiredAttribute"/> or a parameter without default make a key required.
/// </summary>
internal sealed class RecipeType
{
    private static readonly ConcurrentDictionary<Type, RecipeType> Known = new();
    private readonly ConstructorInfo _constructor;
    private readonly RecipeField[] _byParameter;

    private RecipeType(Type type)
    {
        var constructors = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(c => c.GetParameters() is not [var only] || only.ParameterType != type)
            .Where(c => !c.IsPrivate)
            .OrderBy(c => c.GetParameters().Length)
            .ToArray();
        _constructor = constructors.FirstOrDefault() ?? throw new ArgumentException($"{type} has no constructor that a recipe could use.", nameof(type));
        var parameters = _constructor.GetParameters();
        var nullability = new NullabilityInfoContext();
        var fields = new List<RecipeField>();
        _byParameter = new RecipeField[parameters.Length];
        foreach (var property in Properties(type))
        {
            var parameter = parameters.FirstOrDefault(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            if (parameter is null && property.SetMethod is not { IsPublic: true }) continue;
            var info = nullability.Create(property);
            var field = new RecipeField
            {
                Key = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
                Type = property.PropertyType,
                Property = property,
                Parameter = parameter,
                Nullable = info.ReadState == NullabilityState.Nullable,
                ItemNullable = ItemInfo(info)?.ReadState == NullabilityState.Nullable,
                Range = InRangeAttribute.Of(property) ?? (parameter is null ? null : InRangeAttribute.Of(parameter)),
                Names = property.GetCustomAttribute<KnownNamesAttribute>()?.Names,
                Description = Description(property) ?? (parameter is null ? null : Description(parameter)),
                Required = parameter is { HasDefaultValue: false } || property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(RequiredAttribute)),
            };
            fields.Add(field);
            if (parameter is not null) _byParameter[parameter.Position] = field;
        }

        if (_byParameter.Contains(null!)) throw new ArgumentException($"{type}: every parameter of the constructor needs a property of its name.", nameof(type));
        Fields = fields;
        Keys = fields.ConvertAll(f => f.Key);
    }

    public IReadOnlyList<RecipeField> Fields { get; }

    public IReadOnlyList<string> Keys { get; }

    public static RecipeType Of(Type type) => Known.GetOrAdd(type, static t => new RecipeType(t));

    /// <summary>The item type of a list, or null.</summary>
    public static Type? ListItem(Type type)
    {
        if (type.IsArray) return type.GetElementType();
        if (!type.IsGenericType) return null;
        var open = type.GetGenericTypeDefinition();
        return open == typeof(List<>) || open == typeof(IReadOnlyList<>) || open == typeof(IList<>) || open == typeof(IEnumerable<>)
            || open == typeof(ICollection<>) || open == typeof(IReadOnlyCollection<>)
            ? type.GetGenericArguments()[0]
            : null;
    }

    /// <summary>The value type of a dictionary with string keys, or null.</summary>
    public static Type? DictionaryValue(Type type)
    {
        if (!type.IsGenericType) return null;
        var open = type.GetGenericTypeDefinition();
        return (open == typeof(Dictionary<,>) || open == typeof(IReadOnlyDictionary<,>) || open == typeof(IDictionary<,>)) && type.GetGenericArguments()[0] == typeof(string)
            ? type.GetGenericArguments()[1]
            : null;
    }

    /// <summary>What a section holds, in the order of declaration, its kind first where it is one of several.</summary>
    public static IEnumerable<(string Key, object? Value)> Entries(object section)
    {
        var type = section.GetType();
        if (RecipeKindsAttribute.Find(type) is { } kinds) yield return (RecipeKindsAttribute.Key, kinds.NameOf(type));
        foreach (var field in Of(type).Fields) yield return (field.Key, field.Property.GetValue(section));
    }

    /// <summary>The recipe's names of an enum's values, in the order of their declaration.</summary>
    public static IReadOnlyList<(string Name, object Value)> EnumNames(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(f.Name), f.GetValue(null)!))];

    /// <summary>Text, number, true or false, a name of a list.</summary>
    public static bool IsSingle(Type type) => type == typeof(string) || IsNumber(type) || type == typeof(bool) || type.IsEnum;

    public static bool IsNumber(Type type) => IsInteger(type) || type == typeof(double) || type == typeof(float);

    public static bool IsInteger(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(uint) || type == typeof(ulong) || type == typeof(short) || type == typeof(ushort) || type == typeof(byte);

    /// <summary>Makes an instance; <paramref name="value"/> gives each field's value, or false where the type's own default holds.</summary>
    public object Create(Func<RecipeField, (bool Given, object? Value)> value)
    {
        var arguments = new object?[_byParameter.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var (given, argument) = value(_byParameter[i]);
            arguments[i] = given ? argument : DefaultOf(_byParameter[i].Parameter!);
        }

        var made = _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
        foreach (var field in Fields)
        {
            if (field.Parameter is not null) continue;
            var (given, given2) = value(field);
            if (given) field.Property.SetValue(made, given2);
        }

        return made;
    }

    /// <summary>An instance with every default; required keys hold the default of their .NET type.</summary>
    public object CreateDefault() => Create(static _ => (false, null));

    private static object? DefaultOf(ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue && parameter.DefaultValue is not null) return parameter.DefaultValue;
        return parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
    }

    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var chain = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType) chain.Push(t);
        return chain.SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).OrderBy(p => p.MetadataToken))
            .Where(p => p.GetIndexParameters().Length == 0 && !p.IsDefined(typeof(JsonIgnoreAttribute)));
    }

    private static NullabilityInfo? ItemInfo(NullabilityInfo info) =>
        info.ElementType ?? (info.GenericTypeArguments.Length > 0 ? info.GenericTypeArguments[^1] : null);

    private static string? Description(ICustomAttributeProvider member) =>
        member.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute found, ..] ? found.Description : null;
}

/// <summary>One key of a section.</summary>
internal sealed class RecipeField
{
    public required string Key { get; init; }

    public required Type Type { get; init; }

    public required PropertyInfo Property { get; init; }

    public required ParameterInfo? Parameter { get; init; }

    public required bool Nullable { get; init; }

    public required bool ItemNullable { get; init; }

    public required bool Required { get; init; }

    public required InRangeAttribute? Range { get; init; }

    /// <summary>What the value, or the keys of a dictionary, may be; null where no list knows them.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    public required string? Description { get; init; }
}
