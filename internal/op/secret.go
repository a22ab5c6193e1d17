package op

import "reflect"

// withoutSecrets copies a value without the fields tagged secret, however deep they lie.
func withoutSecrets(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	return redacted(v).Interface()
}

// redacted copies what may hold secrets; any other value is itself.
func redacted(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		redactFields(copied)
		return copied
	case reflect.Pointer, reflect.Interface:
		return redactedPointer(v)
	case reflect.Slice, reflect.Array:
		return redactedList(v)
	case reflect.Map:
		return redactedMap(v)
	default:
		return v
	}
}

// redactFields empties the secret fields of a struct that may be set. It goes into embedded structs that are not
// exported, because their fields are written with the others.
func redactFields(v reflect.Value) {
	for i := range v.NumField() {
		field, kind := v.Field(i), v.Type().Field(i)
		switch {
		case kind.Anonymous && field.Kind() == reflect.Struct && !field.CanSet():
			redactFields(field)
		case !field.CanSet(), kind.Tag.Get("json") == "-": // never written
		case kind.Tag.Get("secret") == "true":
			field.SetZero()
		default:
			field.Set(redacted(field))
		}
	}
}

func redactedPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	inner := redacted(v.Elem())
	if v.Kind() == reflect.Interface {
		return inner
	}
	copied := reflect.New(v.Type().Elem())
	copied.Elem().Set(inner)
	return copied
}

func redactedList(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Slice && (v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8) {
		return v
	}
	copied := reflect.New(v.Type()).Elem()
	if v.Kind() == reflect.Slice {
		copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	}
	for i := range v.Len() {
		copied.Index(i).Set(redacted(v.Index(i)))
	}
	return copied
}

func redactedMap(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	copied := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entry := v.MapRange(); entry.Next(); {
		copied.SetMapIndex(entry.Key(), redacted(entry.Value()))
	}
	return copied
}
